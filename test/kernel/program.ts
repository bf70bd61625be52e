/** A program of the lab as a test uses it: started on a host, asked by a word. */

import { labProgram } from '../lab/place.js';
import type { Site, Task } from '../lab/site.js';

/** A busy emulated machine starts Node.js within seconds; it answers at once. */
const ANSWER_LIMIT_MS = 60_000;

export class Program {
  readonly #name: string;
  readonly #waiting = new Map<number, (answer: unknown) => void>();
  readonly #gone: Promise<never>;
  #lose: (error: Error) => void = () => {};
  #task: Task | undefined;
  #said = '';
  #next = 1;

  private constructor(name: string) {
    this.#name = name;
    this.#gone = new Promise((_resolve, reject) => {
      this.#lose = reject;
    });
    this.#gone.catch(() => {});
  }

  /** Starts `test/dist/kernel/NAME.js` in the network of a host, and waits until it is there. */
  static async start(site: Site, host: string, name: string, args: readonly string[] = []) {
    const program = new Program(`${name} on ${host}`);
    const there = program.#answer(0);
    const argv = [process.execPath, labProgram('..', 'kernel', `${name}.js`), ...args];
    const onLine = ({ from, text }: { from: string; text: string }): void => {
      if (from === 'err') program.#said = `${program.#said}\n${text}`.slice(-2000);
      else program.#take(JSON.parse(text) as { id: number; answer: unknown });
    };
    program.#task = await site.start(host, argv, onLine, 'network');
    void program.#task.ended.then((code) => {
      program.#lose(new Error(`${program.#name} ended with ${code}: ${program.#said}`));
    });
    await there;
    return program;
  }

  /** Gives an order and returns the answer; the program's own types say what that is. */
  async ask<Answer = null>(word: string, rest = ''): Promise<Answer> {
    const id = this.#next++;
    const answer = this.#answer(id);
    this.#task?.write(`${id} ${word} ${rest}\n`);
    return (await answer) as Answer;
  }

  async #answer(id: number): Promise<unknown> {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<never>((_resolve, reject) => {
      const error = new Error(`${this.#name} does not answer: ${this.#said}`);
      timer = setTimeout(() => reject(error), ANSWER_LIMIT_MS);
    });
    const answer = new Promise<unknown>((resolve) => this.#waiting.set(id, resolve));
    return Promise.race([answer, late, this.#gone]).finally(() => clearTimeout(timer));
  }

  #take({ id, answer }: { readonly id: number; readonly answer: unknown }): void {
    this.#waiting.get(id)?.(answer);
    this.#waiting.delete(id);
  }
}
