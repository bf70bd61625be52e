/** The values of ha.cf: times, booleans and whole numbers, read as heartbeat 3.0.6 reads them. */
import type { Millis } from '../time.js';

const INT64_MAX = 2n ** 63n - 1n;
const INT64_MIN = -(2n ** 63n);

/**
 * A time: decimal number, bare for seconds, `ms…` for milliseconds, `us…` for microseconds, in any
 * case; rounded to whole milliseconds. Undefined where it is none. A second point and what follows
 * it are passed over (`1.2.3` is 1.2 s), and a lone point is 0 (cl_get_msec, measured).
 */
export function parseTime(text: string): Millis | undefined {
  const [, number = '', unit = ''] = /^\s*([0-9.]*)\s*(.*)$/s.exec(text) ?? [];
  if (number === '') return text === '' ? 0 : undefined;
  const scale = unit === '' ? 1000 : unitScale(unit);
  if (scale === undefined) return undefined;
  const value = Number.parseFloat(number);
  const millis = Math.floor((Number.isNaN(value) ? 0 : value) * scale + 0.5);
  return millis < Number(INT64_MAX) ? millis : undefined;
}

function unitScale(unit: string): number | undefined {
  if (/^ms/i.test(unit)) return 1;
  if (/^us/i.test(unit)) return 0.001;
  return undefined;
}

/** true/on/yes/y/1 and false/off/no/n/0 in any case; undefined for anything else. */
export function parseBoolean(text: string): boolean | undefined {
  const word = text.toLowerCase();
  if (['true', 'on', 'yes', 'y', '1'].includes(word)) return true;
  if (['false', 'off', 'no', 'n', '0'].includes(word)) return false;
  return undefined;
}

/**
 * The leading digits as the C library's `atoi` has them: 0 where there are none, and what does not
 * fit into 32 bits is cut to them.
 */
export function parseInteger(text: string): number {
  const [, sign = '', digits = ''] = /^\s*([+-]?)(\d*)/.exec(text) ?? [];
  // No number of more than 20 digits fits into 64 bits; a hostile one must not cost time.
  const significant = digits.replace(/^0+/, '').slice(0, 21);
  const value = BigInt(significant === '' ? '0' : significant) * (sign === '-' ? -1n : 1n);
  const long = value > INT64_MAX ? INT64_MAX : value < INT64_MIN ? INT64_MIN : value;
  return Number(BigInt.asIntN(32, long));
}
