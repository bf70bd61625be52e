/** How this process was called, and how to call ldirectord again. */

export interface Invocation {
  /** The words after the program's name. */
  readonly argv: readonly string[];
  /** The program as the log names it. */
  readonly program: string;
  /** Runs the daemon part of this very program. */
  readonly daemonCommand: readonly [string, ...string[]];
  /** Runs ldirectord for another configuration; its name and a verb are put behind. */
  readonly instanceCommand: readonly [string, ...string[]];
}

/** Set by the shell launcher to its own path, so that the log names what the user called. */
const LAUNCHER = 'LDIRECTORD_LAUNCHER';

/**
 * Reads `process.argv`, the options that Node.js itself was started with, and the environment. The
 * words of the daemon name the program, so that `ldirectord` stands in its command line, by
 * which the verbs know it.
 */
export function invocationOf(
  argv: readonly string[],
  options: readonly string[],
  environment: NodeJS.ProcessEnv,
): Invocation {
  const [node = process.execPath, script = '', ...words] = argv;
  const launcher = environment[LAUNCHER];
  return {
    argv: words,
    program: launcher ?? script,
    daemonCommand: [node, ...options, script, 'ldirectord', ...words],
    instanceCommand: launcher === undefined ? [node, ...options, script] : [launcher],
  };
}
