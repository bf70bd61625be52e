/** The verdicts on paper: a row for each cell. */

import { type Cell, cellName } from './cell.js';
import type { Verdict } from './runcell.js';

/** The longest name of a cell, `TS/TS mcast+serial+ucast sha1 legacy`. */
const NAME_WIDTH = 37;

/** Characters of a reason that a row shows; all of it is in the cell's directory. */
const REASON_WIDTH = 160;

/** `passed   81.2 s  C/TS mcast sha1 on`, and for a failure the step, the reason and the place. */
export function row({ cell, seconds, failed }: Verdict): string {
  const head = `${failed === undefined ? 'passed' : 'FAILED'} ${seconds.toFixed(1).padStart(6)} s`;
  const name = cellName(cell).padEnd(NAME_WIDTH);
  if (failed === undefined) return `${head}  ${name}`.trimEnd();
  const reason = (failed.text.split('\n')[0] ?? '').slice(0, REASON_WIDTH);
  return `${head}  ${name}  ${failed.step}: ${reason}\n    logs: ${failed.logs}`;
}

/** All rows in the matrix's order, and the count. */
export function table(
  cells: readonly Cell[],
  verdicts: readonly Verdict[],
  seconds: number,
): string {
  const rows = cells.flatMap((cell) => verdicts.filter((verdict) => verdict.cell === cell));
  const passed = rows.filter(({ failed }) => failed === undefined).length;
  const count = `${passed} of ${cells.length} cells passed in ${seconds.toFixed(0)} s`;
  return ['', 'cells', ...rows.map(row), '', count].join('\n');
}
