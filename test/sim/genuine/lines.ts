/** The lines that monitoring looks for, of a model beside those of genuine nodes. */
import type { LogLine, Severity } from '@ts-heartbeat/core/log';
import type { Director } from '../../lab/lab.js';
import { genuineLogs } from '../../scenarios/genuinelogs.js';
import { judged, type LogDifference } from '../../scenarios/logorder.js';
import { monitored } from '../../scenarios/monitored.js';
import type { Logged } from './pair.js';

/**
 * What the model does not write: lines of the resource scripts and of ipfail, which are other
 * programs, and of the daemon's processes, files, media and clients, which the model has not.
 */
const OF_OTHERS = new RegExp(
  [
    '^(?:ResourceManager|ipfail): ',
    'Configuration validated|heartbeat: version|Heartbeat generation|No Previous generation',
    'Creating FIFO|glib: |killing HB|Core process|Starting child client|Respawning client',
  ].join('|'),
);

const WORDS: Readonly<Partial<Record<Severity, string>>> = {
  crit: 'CRIT: ',
  error: 'ERROR: ',
  warn: 'WARN: ',
  info: 'info: ',
};

/** A line as its program writes it, so that it is read as those of the genuine logs are. */
function written({ severity, text, tag }: LogLine): string {
  const word = WORDS[severity] ?? '';
  if (tag === undefined) return `Nov 22 23:05:39 node heartbeat: [26]: ${word}${text}`;
  return `2026/11/22_23:05:39  ${tag}(default)[26]:    ${word}${text}`;
}

/** How the log of one node differs from every genuine one of that scenario. */
export function lineDifferences(
  name: string,
  node: Director,
  logged: readonly Logged[],
): readonly LogDifference[] {
  const ours = logged.flatMap(({ node: who, line }) => {
    const told = who === node ? monitored(written(line)) : undefined;
    return told === undefined || OF_OTHERS.test(told) ? [] : [told];
  });
  const genuine = genuineLogs(name)[node];
  return judged(
    genuine.map((run) => run.filter((line) => !OF_OTHERS.test(line))),
    ours,
  );
}
