/** The whole configuration as the daemon reads it at its start: three files, one verdict. */
import type { Keyring } from '../auth/keyring.js';
import { parseAuthkeys } from './authkeys.js';
import type { ConfigFile } from './file.js';
import { parseHaCf } from './hacf.js';
import { checkHaresources, readGroups } from './haresources.js';
import type { Machine } from './machine.js';
import {
  EXIT_NOT_CONFIGURED,
  EXIT_NOT_PERMITTED,
  hasError,
  type Problem,
  printedSeverity,
} from './problem.js';
import { WHOLE_FILE } from './problemlist.js';
import type { LogSettings, Settings } from './settings.js';

/** The version whose configuration files, texts and protocol these programs have. */
export const HEARTBEAT_VERSION = '3.0.6';

/** The three files, as the outside read them. */
export interface ConfigFiles {
  readonly hacf: ConfigFile;
  readonly authkeys: ConfigFile;
  readonly haresources: ConfigFile;
}

/** The outcome of reading the configuration. */
export interface Startup {
  /** Absent when the daemon must not start. */
  readonly settings?: Settings;
  readonly keyring?: Keyring;
  /** Everything wrong with the three files, file by file. */
  readonly problems: readonly Problem[];
  /**
   * What the daemon prints, in the order of heartbeat 3.0.6, which stops at the first file with an
   * error and at the first bad node of haresources. Its closing lines are among them.
   */
  readonly printed: readonly Problem[];
  /** 0, or the exit status of a daemon that does not start: 6, or 4 for want of permission. */
  readonly exitCode: number;
  /** Where the log goes, as far as ha.cf could be read. */
  readonly log: LogSettings;
}

/** Reads and judges the whole configuration. Never throws. */
export function readStartup(files: ConfigFiles, machine: Machine): Startup {
  const hacf = parseHaCf(files.hacf, machine);
  const auth = parseAuthkeys(files.authkeys);
  const { settings } = hacf;
  const names = settings === undefined ? [] : checkHaresources(files.haresources, settings.nodes);
  const { problems: advice } = readGroups(files.haresources);

  const printed: Problem[] = [...hacf.lineProblems];
  const close = (text: string): void => void printed.push(closingLine(files, 'error', text));
  const hasBadLine = hasError(hacf.lineProblems);
  if (hasBadLine) close('Heartbeat not started: configuration error.');
  else printed.push(...auth.problems);
  const hasBadKeys = !hasBadLine && auth.keyring === undefined;
  if (hasBadKeys) close('Authentication configuration error.');
  if (!hasBadLine && !hasBadKeys) {
    printed.push(...hacf.wholeProblems);
    if (settings !== undefined) {
      const version = `Configuration validated. Starting heartbeat ${HEARTBEAT_VERSION}`;
      printed.push(closingLine(files, 'info', '**************************'));
      printed.push(closingLine(files, 'info', version));
      printed.push(...upToFirstError(names));
    }
  }
  const isRight = settings !== undefined && auth.keyring !== undefined && !hasError(names);
  if (isRight) printed.push(...advice);
  else close('Configuration error, heartbeat not started.');
  return {
    ...(isRight && { settings, keyring: auth.keyring }),
    problems: [...hacf.lineProblems, ...hacf.wholeProblems, ...auth.problems, ...names, ...advice],
    printed,
    exitCode: isRight ? 0 : exitCodeOf(printed),
    log: hacf.log,
  };
}

/** A line about the configuration as a whole. */
function closingLine(files: ConfigFiles, severity: 'error' | 'info', text: string): Problem {
  const file = files.hacf.path;
  return { file, ...WHOLE_FILE, code: 'CONFIG_VERDICT', severity, text, form: 'log' };
}

/** The first error and the information that belongs to it. */
function upToFirstError(problems: readonly Problem[]): readonly Problem[] {
  const second = problems.findIndex(
    (problem, index) => index > 0 && printedSeverity(problem) === 'error',
  );
  return second < 0 ? problems : problems.slice(0, second);
}

/** heartbeat 3.0.6 looks at the last error number: that of a file it may not open counts. */
function exitCodeOf(printed: readonly Problem[]): number {
  const isDenied = printed.some(({ code }) => code.endsWith('_DENIED'));
  return isDenied ? EXIT_NOT_PERMITTED : EXIT_NOT_CONFIGURED;
}
