/** What the command tells the daemon that it starts: through one variable of its environment. */
import { plainEnvironment } from './environment.js';
import type { Source } from './read.js';

export interface Handover extends Source {
  /** Of the configuration: stands in the pid file's name and in log lines. */
  readonly name: string;
  readonly debug: boolean;
  /** In the terminal of the one who started it; no pid file. */
  readonly foreground: boolean;
  /** Runs ldirectord for another configuration. */
  readonly program: readonly [string, ...string[]];
}

const VARIABLE = 'LDIRECTORD_DAEMON';

/** The environment to start the daemon with. */
export function handOver(
  environment: NodeJS.ProcessEnv,
  handover: Handover,
): Record<string, string> {
  return { ...plainEnvironment(environment), [VARIABLE]: JSON.stringify(handover) };
}

/**
 * Takes the handover out of the environment, so that no child of ours inherits it; undefined in a
 * process that is a command.
 */
export function takeHandover(environment: NodeJS.ProcessEnv): Handover | undefined {
  const text = environment[VARIABLE];
  delete environment[VARIABLE];
  if (text === undefined) return undefined;
  const value: unknown = JSON.parse(text);
  return isHandover(value) ? value : undefined;
}

function isHandover(value: unknown): value is Handover {
  if (typeof value !== 'object' || value === null) return false;
  const { file, path, name, program } = value as Partial<Record<keyof Handover, unknown>>;
  const words = [file, path, name, ...(Array.isArray(program) ? program : [undefined])];
  return words.every((word) => typeof word === 'string');
}
