/** Whether a row came out as it should at both programs. */
import { isDeepStrictEqual } from 'node:util';
import type { Row, Sight } from './row.js';

export interface Verdict {
  readonly ok: boolean;
  /** One word for the table: `same`, `ours`, `DIFFERS`. */
  readonly word: string;
  /** What was seen of both, where that is of interest. */
  readonly details: readonly string[];
}

export function judge(row: Row, genuine: Sight, ours: Sight): Verdict {
  const details = [...show('genuine', genuine), ...show('ours', ours)];
  const same = isDeepStrictEqual(genuine, ours);
  if (row.ours === undefined) return { ok: same, word: same ? 'same' : 'DIFFERS', details };
  const { reason, log = genuine.log, sent = genuine.sent } = row.ours;
  const asSaid = isDeepStrictEqual(ours, { log, sent });
  if (asSaid && !same) return { ok: true, word: `ours: ${reason}`, details };
  const trouble = same ? 'there is no difference any more' : `should be: ${log.join(' | ')}`;
  return { ok: false, word: 'DIFFERS', details: [...details, trouble] };
}

function show(who: string, sight: Sight): string[] {
  const lines = [...sight.log, ...sight.sent.map((line) => `-> ${line}`)];
  return lines.map((line) => `${who.padEnd(8)}${line.slice(0, 300)}`);
}
