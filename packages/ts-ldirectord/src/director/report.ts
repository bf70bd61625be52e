/** The lines that the log gets for changes of the table (texts of ldirectord 4.12). */
import type { Virtual } from '../config/config.js';
import { withPort } from '../ipvs/address.js';
import type { Wish } from './desired.js';
import type { Difference } from './difference.js';
import type { Report, VirtualState } from './state.js';
import type { Strays } from './stray.js';

/** What is said of a change that was made for a transition, a start or a reload. */
export function reportChange(virtual: Virtual, difference: Difference): Report {
  if (difference.about === 'service') {
    const verb = difference.change.kind === 'addService' ? 'Added' : 'Changed';
    return { text: `${verb} virtual server: ${virtual.name}` };
  }
  if (difference.about === 'stranger') {
    const { address, port } = difference.present;
    return reportPurged(virtual, withPort(address, port), 'start');
  }
  return reportDestination(virtual, difference.change.kind, difference.wish);
}

function reportDestination(
  virtual: Virtual,
  kind: Difference['change']['kind'],
  wish: Wish,
): Report {
  const held = withPort(wish.place.address, wish.place.port);
  const mapped = held === wish.name ? '' : `mapped from ${wish.name} `;
  const weight = wish.contents?.weight ?? 0;
  const set = `(${virtual.name}) (Weight set to ${weight})`;
  const mail = (server: string, down: boolean) => ({ virtual: virtual.id, server, down });
  const down = wish.role === 'real';
  if (kind === 'deleteDestination') {
    const text = `Deleted ${wish.role} server: ${held} ${mapped}(${virtual.name})`;
    return { text, mail: mail(held, down) };
  }
  if (kind === 'addDestination') {
    const verb = wish.add === 'again' ? 'Readd Quiescent' : 'Added';
    const text = `${verb} ${wish.role} server: ${wish.name} ${set}`;
    return { text, mail: mail(wish.name, wish.add === 'again') };
  }
  // A quiescing edit leaves the thresholds out; a real of weight 0 that is up does not.
  if (wish.contents?.upperThreshold === undefined) {
    const text = `Quiescent ${wish.role} server: ${held} ${mapped}${set}`;
    return { text, mail: mail(held, down) };
  }
  const text = `Restored ${wish.role} server: ${wish.name} ${set}`;
  return { text, mail: mail(wish.name, false) };
}

/** What is said before entries that others have changed are put back. */
export function reportStrays(due: Strays): readonly string[] {
  let count = 0;
  for (const keys of due.values()) count += keys.size;
  if (count === 0) return [];
  return [`The table was changed by another program: putting back ${count} of its entries`];
}

/** What is said when a whole virtual is deleted: at a stop, its reals in service are named too. */
export function reportDeleted(state: VirtualState, when: 'start' | 'stop'): readonly Report[] {
  const { virtual } = state;
  const serving = when === 'stop' ? state.reals.filter((real) => real.status === 'up') : [];
  return [
    ...serving.map((real) => reportPurged(virtual, real.real.name, when)),
    { text: `Purged virtual server (${when}): ${virtual.name}` },
  ];
}

function reportPurged(virtual: Virtual, server: string, when: 'start' | 'stop'): Report {
  const text = `Purged real server (${when}): ${server} (${virtual.name})`;
  return { text, mail: { virtual: virtual.id, server, down: false } };
}
