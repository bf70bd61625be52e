/** The load client as a test uses it: runs on a host of the lab, hands over what it sees. */

import { VIRTUAL_ADDRESS } from '../lab.js';
import { labProgram } from '../place.js';
import type { Site, Task } from '../site.js';
import type { Span } from './tally.js';

/** Twenty requests a second: an outage is known to 50 ms, and an emulated machine can serve it. */
const INTERVAL_MS = 50;

/** How long the client may take to close a span; it answers at once, unless the machine is busy. */
const ANSWER_LIMIT_MS = 120_000;

export class LoadClient {
  /** The latest full second. */
  latest: Span | undefined;
  #task: Task | undefined;
  #spans = 0;
  readonly #waiting = new Map<string, (span: Span) => void>();

  /** Starts on `host` of the site, from the machine's own files, and waits for the first second. */
  static async start(
    site: Site,
    host: string,
    port = 80,
    intervalMs = INTERVAL_MS,
  ): Promise<LoadClient> {
    const client = new LoadClient();
    const program = labProgram('load', 'load.js');
    const argv = [process.execPath, program, VIRTUAL_ADDRESS, String(port), String(intervalMs)];
    let running = (): void => {};
    const first = new Promise<void>((resolve) => {
      running = resolve;
    });
    let said = '';
    const task = await site.start(
      host,
      argv,
      (line) => {
        if (line.from === 'err') {
          said = line.text;
          return;
        }
        client.#take(JSON.parse(line.text) as Span & { readonly name?: string });
        running();
      },
      'network',
    );
    client.#task = task;
    const dead = task.ended.then(() => {
      throw new Error(`the load client ended: ${said}`);
    });
    await Promise.race([first, dead]);
    dead.catch(() => {});
    return client;
  }

  #take(span: Span & { readonly name?: string }): void {
    if (span.name === undefined) {
      this.latest = span;
      return;
    }
    this.#waiting.get(span.name)?.(span);
    this.#waiting.delete(span.name);
  }

  /** Closes the span that began with the last call, or with the start. */
  span(): Promise<Span> {
    this.#spans += 1;
    const name = String(this.#spans);
    return new Promise((resolve, reject) => {
      const timer = setTimeout(
        () => reject(new Error('the load client does not answer')),
        ANSWER_LIMIT_MS,
      );
      this.#waiting.set(name, (span) => {
        clearTimeout(timer);
        resolve(span);
      });
      this.#task?.write(`span ${name}\n`);
    });
  }

  async stop(): Promise<void> {
    await this.#task?.stop();
  }
}
