/** Reads the configuration for a command, and prints what heartbeat 3.0.6 prints about it. */
import { type Problem, printedSeverity } from '@ts-heartbeat/core/config/problem';
import type { Startup } from '@ts-heartbeat/core/config/startup';
import { speaker } from '@ts-heartbeat/platform/log';
import { loadConfiguration, printProblems } from '../config/load.js';
import { openSpeech, type Speech } from '../speech.js';

/** Loads the configuration; a wait for an interface's address is said on standard error. */
export function load(): Promise<Startup> {
  return loadConfiguration(undefined, {
    onWait: (text) => process.stderr.write(`heartbeat: ${text}\n`),
  });
}

/** Prints lines on standard error, and writes those that are log lines to the log as well. */
export function tell(
  startup: Startup,
  problems: readonly Problem[],
  speech: Speech,
  print: (text: string) => void = (text) => void process.stderr.write(text),
): void {
  const { syslogFormat } = startup.log;
  print(printProblems(problems, speaker('heartbeat'), new Date(), syslogFormat));
  record(problems, speech);
}

/** A line that says that the configuration is good: `-r` leaves it out (heartbeat 3.0.6). */
export function isPraise({ code, severity }: Problem): boolean {
  return code === 'CONFIG_VERDICT' && severity === 'info';
}

/** Writes to the log only. */
export function record(problems: readonly Problem[], speech: Speech): void {
  for (const problem of problems) {
    if (problem.form === 'log') speech.say(printedSeverity(problem), problem.text);
  }
}

/** A line of the command's own, in the same places and the same form. */
export function line(severity: 'error' | 'info', text: string): Problem {
  const nowhere = { file: '', line: 0, column: 0 };
  return { ...nowhere, code: 'COMMAND', severity, text, form: 'log' };
}

/** The log that the configuration asks for, as far as it could be read. */
export function speechOf({ log }: Startup, debug: number): Speech {
  return openSpeech(log, Math.max(debug, log.debug));
}
