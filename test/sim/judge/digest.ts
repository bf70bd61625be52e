/**
 * 8. **Clock.** A step of the wall clock changes no decision: a run with the steps and one without
 *    have the same digest. It is of what was decided and when by true time: deaths and returns,
 *    what nodes say of themselves, scripts, ends and reboots; not of the log, which may print the
 *    time.
 */
import type { Observation } from '../observation.js';

const OFFSET = 0x811c9dc5;
const PRIME = 0x01000193;

/** A running hash over decisions (FNV-1a, two of 32 bits). */
export class DecisionDigest {
  #one = OFFSET;
  #other = OFFSET ^ 0x5bd1e995;
  /** How many decisions are in it. */
  count = 0;

  see(o: Observation): void {
    const words = wordsOf(o);
    if (words === undefined) return;
    this.count += 1;
    const text = `${o.at} ${o.node} ${words}\n`;
    for (let index = 0; index < text.length; index += 1) {
      const code = text.charCodeAt(index);
      this.#one = Math.imul(this.#one ^ code, PRIME);
      this.#other = Math.imul(this.#other ^ (code + 0x9e), PRIME);
    }
  }

  /** In hexadecimal digits. */
  get value(): string {
    const hex = (part: number): string => (part >>> 0).toString(16).padStart(8, '0');
    return hex(this.#one) + hex(this.#other);
  }
}

/** Undefined for what is no decision. */
function wordsOf(o: Observation): string | undefined {
  switch (o.kind) {
    case 'declares':
      return `declares ${o.peer} ${o.status}`;
    case 'says':
      return `says ${o.status} ${o.resources}`;
    case 'script':
      return `${o.verb} ${o.group} ${o.resource} ${o.phase}`;
    case 'ends':
      return `ends ${o.how}`;
    case 'reboots':
      return 'reboots';
    default:
      return undefined;
  }
}

/** The digest of a whole run. */
export function decisionDigest(observations: Iterable<Observation>): string {
  const digest = new DecisionDigest();
  for (const observation of observations) digest.see(observation);
  return digest.value;
}
