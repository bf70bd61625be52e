/** The verdicts on paper: a row for each recording and pair. */

import type { Verdict } from './verdict.js';

/** The longest name of a recording, `ipfail-single-ping_group-auto_failback-on`. */
const NAME_WIDTH = 41;

/** What differs in one play is told up to so many lines; all of it shows in the kept logs. */
const SHOWN = 12;

/** `equal`, `deliberate (split-heal)` or `differs`, with what differs below it. */
export function row({ recording, pair, seconds, deliberate, differs }: Verdict): string {
  const word = differs.length > 0 ? 'differs' : deliberate.length > 0 ? 'deliberate' : 'equal';
  const rows = deliberate.length > 0 ? `${word} (${[...deliberate].sort().join(', ')})` : word;
  const time = `${seconds.toFixed(0).padStart(4)} s`;
  const head = `${recording.padEnd(NAME_WIDTH)} ${pair.padEnd(5)} ${time}`;
  const shown = differs.slice(0, SHOWN).map((text) => `    ${text}`);
  if (differs.length > SHOWN) shown.push(`    and ${differs.length - SHOWN} more`);
  return [`${head}  ${rows}`, ...shown].join('\n');
}

/** All rows, sorted, and the count. */
export function table(verdicts: readonly Verdict[], seconds: number): string {
  const sorted = [...verdicts].sort(
    (a, b) => a.recording.localeCompare(b.recording) || a.pair.localeCompare(b.pair),
  );
  const differing = verdicts.filter(({ differs }) => differs.length > 0).length;
  const count = `${verdicts.length} plays in ${seconds.toFixed(0)} s, ${differing} differ`;
  return ['', 'scenarios', ...sorted.map(row), '', count].join('\n');
}
