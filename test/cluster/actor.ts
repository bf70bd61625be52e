/** A client made with the genuine library on a director, which does what the test says. */

import { hostProgram } from '../lab/place.js';
import type { Site, Task } from '../lab/site.js';

/** Longer than an order waits for the cluster. */
const ORDER_LIMIT_MS = 60_000;

export class LibraryClient {
  readonly #task: Task;
  #answer: (line: string) => void = () => {};
  #errors = '';

  private constructor(task: Task) {
    this.#task = task;
  }

  static async start(site: Site, node: string): Promise<LibraryClient> {
    const made: { client?: LibraryClient } = {};
    const argv = [process.execPath, hostProgram('cluster', 'libraryclient.js')];
    const task = await site.start(node, argv, (line) => {
      const { client } = made;
      if (client === undefined) return;
      if (line.from === 'err') client.#errors += `${line.text}\n`;
      else client.#answer(line.text);
    });
    made.client = new LibraryClient(task);
    return made.client;
  }

  async order(...words: readonly (string | number | null)[]): Promise<unknown> {
    let timer: NodeJS.Timeout | undefined;
    const answer = new Promise<string>((resolve, reject) => {
      this.#answer = resolve;
      const fail = (why: string): void =>
        reject(new Error(`no answer to ${words.join(' ')}: ${why} ${this.#errors}`));
      timer = setTimeout(fail, ORDER_LIMIT_MS, 'too late');
      void this.#task.ended.then((code) => fail(`exit code ${code}`));
    });
    this.#task.write(`${JSON.stringify(words)}\n`);
    return JSON.parse(await answer.finally(() => clearTimeout(timer)));
  }

  /** Ends it as a crash would. */
  async kill(): Promise<void> {
    await this.#task.stop();
  }
}
