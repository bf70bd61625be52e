/** A thread that searches texts for patterns, and can be ended in the middle of a search. */
import type { MessagePort } from 'node:worker_threads';
import { Worker } from 'node:worker_threads';

/** A pattern as the source of a regular expression without flags, and where to look for it. */
interface Question {
  readonly pattern: string;
  readonly text: string;
}

/** Whether it is found, or why that could not be told. */
export type Answer = { readonly found: boolean } | { readonly trouble: string };

/**
 * What a thread may take: a text, the copy that came over, and what a search remembers. It is ended
 * when it needs more.
 */
const LIMITS = { maxOldGenerationSizeMb: 64, maxYoungGenerationSizeMb: 8, stackSizeMb: 4 };

/** Runs in the thread, alone: its text is all that is taken there. */
function serve(port: MessagePort): void {
  port.on('message', ({ pattern, text }: Question) => {
    let answer: Answer;
    try {
      answer = { found: new RegExp(pattern).test(text) };
    } catch (error) {
      answer = { trouble: error instanceof Error ? error.message : String(error) };
    }
    port.postMessage(answer);
  });
}

export class PatternWorker {
  /** Of the text of a function, so that it works wherever this program is copied. */
  readonly #thread = new Worker(`(${serve})(require('node:worker_threads').parentPort)`, {
    eval: true,
    env: {},
    execArgv: [],
    resourceLimits: LIMITS,
  });
  readonly #online: Promise<void>;
  #answered: ((answer: Answer) => void) | undefined;

  constructor() {
    this.#online = new Promise((resolve) => this.#thread.once('online', resolve));
    this.#thread.on('message', (answer: Answer) => this.#answer(answer));
    this.#thread.on('error', (error: Error) => this.#answer({ trouble: error.message }));
    this.#thread.on('exit', () => this.#answer({ trouble: 'the search was ended' }));
    // Whoever waits for an answer has a timer of his own.
    this.#thread.unref();
  }

  /** Resolves when questions are worked on; it takes some ten milliseconds. */
  get online(): Promise<void> {
    return this.#online;
  }

  /** One question at a time. */
  ask(pattern: string, text: string): Promise<Answer> {
    return new Promise((resolve) => {
      this.#answered = resolve;
      this.#thread.postMessage({ pattern, text } satisfies Question);
    });
  }

  /** Ends the thread; a question that is open stays without an answer. */
  end(): void {
    this.#answered = undefined;
    void this.#thread.terminate();
  }

  #answer(answer: Answer): void {
    const answered = this.#answered;
    this.#answered = undefined;
    answered?.(answer);
  }
}
