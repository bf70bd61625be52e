/** Which cells a matrix has: all of them, or few that show each value at least once. */

import { type Cell, type Failback, MEDIA, METHODS, type Pair, SPECIAL_MEDIA } from './cell.js';

export const PAIRS: readonly Pair[] = [
  ['C', 'TS'],
  ['TS', 'C'],
  ['TS', 'TS'],
];

/**
 * With `auto_failback on` every medium with every method; the other modes and the special media
 * once for each pair and medium, with the methods in turn. One cell of each pair has a real
 * address.
 */
export function fullMatrix(pairs: readonly Pair[]): readonly Cell[] {
  const cells: Cell[] = [];
  for (const pair of pairs) {
    let turn = 0;
    const add = (medium: Cell['medium'], failback: Failback): void => {
      const method = METHODS[turn++ % METHODS.length] ?? 'crc';
      cells.push({ pair, medium, method, failback, address: false });
    };
    for (const medium of MEDIA) {
      for (const method of METHODS) {
        const address = medium === 'mcast' && method === 'md5';
        cells.push({ pair, medium, method, failback: 'on', address });
      }
      add(medium, 'off');
      add(medium, 'legacy');
    }
    for (const medium of SPECIAL_MEDIA) add(medium, 'on');
  }
  return cells;
}

/** Every pair, medium, method, mode and special medium is in it; each pair has a real address. */
const REDUCED = [
  [0, 'mcast', 'sha1', 'on', true],
  [1, 'bcast', 'md5', 'on', true],
  [2, 'ucast', 'crc', 'on', true],
  [0, 'mcast+serial+ucast', 'md5', 'on', false],
  [1, 'serial', 'sha1', 'off', false],
  [2, 'serial+serial', 'crc', 'on', false],
  [0, 'ucast', 'sha1', 'legacy', false],
  [1, 'mcast', 'crc', 'legacy', false],
  [0, 'ucast6', 'crc', 'off', false],
  [1, 'mcast6', 'md5', 'on', false],
  [0, 'mcast+ping6', 'sha1', 'off', false],
] as const;

/** Rows name a pair by its place in `pairs`; with fewer pairs the places are counted round. */
export function reducedMatrix(pairs: readonly Pair[]): readonly Cell[] {
  return REDUCED.map(([place, medium, method, failback, address]) => {
    const pair = pairs[place % pairs.length] ?? ['TS', 'TS'];
    return { pair, medium, method, failback, address };
  });
}
