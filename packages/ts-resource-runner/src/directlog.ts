/** Writes log lines straight to the files while no ts-heartbeat is there to log them. */
import { spawn } from 'node:child_process';
import { appendFileSync } from 'node:fs';
import type { LogLine } from '@ts-heartbeat/core/log';
import { dateStamp } from '@ts-heartbeat/platform/logline';
import { SEVERITY_WORD } from '@ts-heartbeat/platform/severity';

function append(path: string | undefined, line: string): void {
  if (path === undefined || path === '' || path === '/dev/null') return;
  try {
    appendFileSync(path, `${line}\n`);
  } catch {
    // A full disk must not keep a resource from being stopped.
  }
}

/**
 * One line in the form of the genuine scripts, in the files and the syslog facility of the HA_
 * variables: `2026/11/22_14:09:55  ResourceManager(default)[465]:    info: text`, in the debug file
 * `ResourceManager(default)[465]:`, tab, `2026/11/22_14:09:55 info: text`; `tag` is the name of the
 * script. A notice has no severity word: some lines of the genuine scripts have none.
 */
export function logDirectly(
  line: LogLine & { readonly tag: string },
  environment: Readonly<Record<string, string>>,
  at: Date,
): void {
  const { HA_LOGFILE: logFile, HA_DEBUGLOG: debugFile, HA_LOGFACILITY: facility } = environment;
  const isDebug = line.severity === 'debug';
  if (isDebug && Number(environment.HA_debug ?? 0) === 0) return;
  const tag = `${line.tag}(default)[${process.pid}]`;
  const text =
    line.severity === 'notice' ? line.text : `${SEVERITY_WORD[line.severity]}: ${line.text}`;
  if (!isDebug) append(logFile, `${dateStamp(at)}  ${tag}:    ${text}`);
  if (debugFile !== logFile) append(debugFile, `${tag}:\t${dateStamp(at)} ${text}`);
  if (facility === undefined || facility === '' || facility === 'none') return;
  const level = { crit: 'err', error: 'err', warn: 'warning', debug: 'debug' }[
    line.severity as string
  ];
  const args = ['-t', tag, '-p', `${facility}.${level ?? 'notice'}`, '--', text];
  spawn('logger', args, { stdio: 'ignore' }).once('error', () => {
    // No syslog here; the files have the line.
  });
}
