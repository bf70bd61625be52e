/** What each verb does, by whether the daemon runs (ldirectord 4.12): pure. */
import type { Verb } from './arguments.js';

/** `stale`: there is a pid file, but no such process. */
export type Running =
  | { readonly kind: 'running'; readonly pid: number }
  | { readonly kind: 'stale' | 'none' };

/** The texts a verb may print; `log` also goes to the log. */
export interface Words {
  readonly stdout?: string;
  readonly stderr?: string;
  readonly log?: readonly string[];
}

export type Action =
  | ({ readonly kind: 'exit'; readonly code: number } & Words)
  /** Send the signal and exit with 0. */
  | { readonly kind: 'signal'; readonly pid: number; readonly signal: 'SIGTERM' | 'SIGHUP' }
  | { readonly kind: 'start' }
  /** Stop that one, wait for its end, start. */
  | { readonly kind: 'restart'; readonly pid: number }
  /** Say so, and let the other configurations' daemons say theirs. */
  | ({ readonly kind: 'status'; readonly pid: number } & Words);

/**
 * @param file the configuration file, as messages name it
 * @param pidFile where its pid stands
 */
export function actionOf(verb: Verb, running: Running, file: string, pidFile: string): Action {
  return running.kind === 'running'
    ? whenRunning(verb, running.pid, file)
    : whenStopped(verb, running.kind, file, pidFile);
}

function whenRunning(verb: Verb, pid: number, file: string): Action {
  switch (verb) {
    case 'start':
      return { kind: 'exit', code: 0 };
    case 'stop':
      return { kind: 'signal', pid, signal: 'SIGTERM' };
    case 'restart':
    case 'try-restart':
      return { kind: 'restart', pid };
    case 'reload':
    case 'force-reload':
      return { kind: 'signal', pid, signal: 'SIGHUP' };
    case 'status': {
      const text = `ldirectord for ${file} is running with pid: ${pid}`;
      return { kind: 'status', pid, stderr: text, log: [text, 'Exiting from ldirectord status'] };
    }
  }
}

function whenStopped(verb: Verb, kind: 'stale' | 'none', file: string, pidFile: string): Action {
  const stopped = `ldirectord is stopped for ${file}`;
  switch (verb) {
    case 'start':
    case 'restart':
      return { kind: 'start' };
    case 'stop':
    case 'try-restart':
      return { kind: 'exit', code: 0 };
    case 'reload':
    case 'force-reload':
      return { kind: 'exit', code: 1, log: [stopped] };
    case 'status': {
      if (kind === 'none') return { kind: 'exit', code: 3, stdout: stopped };
      const stale = `ldirectord stale pid file ${pidFile} for ${file}`;
      return { kind: 'exit', code: 1, stdout: stopped, stderr: stale, log: [stale] };
    }
  }
}
