/** What a configuration depends on beside its own text: names, services, files of the machine. */
import type { Family } from './config.js';

/**
 * The machine as the parser sees it. Every answer is given at once and the same question always
 * gets the same answer, so a parse is a function of the text and the machine.
 */
export interface Machine {
  /**
   * The first address of a name, numeric and canonical, or undefined when it cannot be resolved.
   * The empty name is the loopback address, as getaddrinfo has it for ldirectord 4.12.
   */
  resolveHost(name: string, family: Family): string | undefined;
  /** The port of a service name; any protocol when none is given. */
  resolveService(name: string, protocol?: 'tcp' | 'udp'): number | undefined;
  /** Why a file cannot be opened for appending (`No such file or directory`), or undefined. */
  appendError(path: string): string | undefined;
  isDirectory(path: string): boolean;
  /** $HOSTNAME, else the node's name: part of the default logins of ftp and sip. */
  readonly hostName: string;
}

/** One thing a configuration asks of the machine. */
export type Question =
  | { readonly kind: 'host'; readonly name: string; readonly family: Family }
  | { readonly kind: 'service'; readonly name: string; readonly protocol?: 'tcp' | 'udp' }
  | { readonly kind: 'append'; readonly path: string }
  | { readonly kind: 'directory'; readonly path: string };

/** Answers by question; plain data, so that one process can gather and another one parse. */
export interface Facts {
  readonly hostName: string;
  /** By `questionKey`. An absent or null answer means: not resolvable, not writable reason, no. */
  readonly answers: Readonly<Record<string, string | number | boolean | null>>;
}

/** A name for a question; equal questions have equal names. */
export function questionKey(question: Question): string {
  switch (question.kind) {
    case 'host':
      return `host ${question.family} ${question.name}`;
    case 'service':
      return `service ${question.protocol ?? 'any'} ${question.name}`;
    default:
      return `${question.kind} ${question.path}`;
  }
}

/** A machine that knows what was gathered before, and nothing else. */
export function machineOf(facts: Facts): Machine {
  const answer = (question: Question) =>
    Object.hasOwn(facts.answers, questionKey(question))
      ? facts.answers[questionKey(question)]
      : undefined;
  return {
    hostName: facts.hostName,
    resolveHost(name, family) {
      const found = answer({ kind: 'host', name, family });
      return typeof found === 'string' ? found : undefined;
    },
    resolveService(name, protocol) {
      const found = answer({ kind: 'service', name, ...(protocol && { protocol }) });
      return typeof found === 'number' ? found : undefined;
    },
    appendError(path) {
      const found = answer({ kind: 'append', path });
      return typeof found === 'string' ? found : undefined;
    },
    isDirectory: (path) => answer({ kind: 'directory', path }) === true,
  };
}

/**
 * A machine that says yes to everything and notes what it was asked. Parsing with it first tells
 * which questions a file raises, so that they can be answered side by side before the real parse.
 */
export class CuriousMachine implements Machine {
  readonly hostName = '';
  readonly #asked = new Map<string, Question>();

  get questions(): readonly Question[] {
    return [...this.#asked.values()];
  }

  resolveHost(name: string, family: Family): string {
    this.#note({ kind: 'host', name, family });
    return family === 'ipv4' ? '0.0.0.0' : '::';
  }

  resolveService(name: string, protocol?: 'tcp' | 'udp'): number {
    this.#note({ kind: 'service', name, ...(protocol && { protocol }) });
    return 1;
  }

  appendError(path: string): undefined {
    this.#note({ kind: 'append', path });
  }

  isDirectory(path: string): boolean {
    this.#note({ kind: 'directory', path });
    return true;
  }

  #note(question: Question): void {
    this.#asked.set(questionKey(question), question);
  }
}
