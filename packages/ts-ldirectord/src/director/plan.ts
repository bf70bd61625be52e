/** The changes that are due, given the state and the table as it was just read. */
import type { Change } from '../ipvs/change.js';
import { destinationKey, serviceKey, type Table } from '../ipvs/table.js';
import { desiredDestinations } from './desired.js';
import { type Difference, differences } from './difference.js';
import { reportChange, reportDeleted } from './report.js';
import type { DirectorState, Planned, Touched, VirtualState } from './state.js';
import { keepWeight, SERVICE, type Strays } from './stray.js';

const NOTHING: ReadonlySet<string> = new Set();

/**
 * What is to be done about everything that was touched and about the strays, in the order of the
 * file, and then the virtuals of an older configuration deleted. Nothing else in the table is ours
 * to change.
 */
export function planChanges(
  state: DirectorState,
  table: Table,
  strays: Strays,
): readonly Planned[] {
  const planned = state.virtuals.flatMap((virtual) => {
    const touched = state.work.touched.get(virtual.key);
    const astray = strays.get(virtual.key);
    if (touched === undefined && astray === undefined) return [];
    return planVirtual(state, virtual, touched ?? NOTHING, astray ?? NOTHING, table);
  });
  return [...planned, ...planRemoval(state, table, 'start')];
}

/**
 * All of a virtual: destinations that the configuration does not name are purged. Or only what a
 * transition has touched and what is to be put back, so that what else an operator did by hand
 * stays; if the virtual is gone from the table, it is made anew with all that belongs to it.
 */
function planVirtual(
  state: DirectorState,
  virtual: VirtualState,
  touched: Touched,
  strays: ReadonlySet<string>,
  table: Table,
): readonly Planned[] {
  const present = table.get(virtual.key);
  const readdQuiescent = state.configuration?.globals.readdQuiescent ?? false;
  if (touched === 'all' || present === undefined) {
    const wishes = desiredDestinations(virtual, { whole: true, readdQuiescent });
    return inWords(virtual, differences(virtual.virtual, present, wishes, 'delete'));
  }
  const wishes = [...desiredDestinations(virtual, { whole: false, readdQuiescent })];
  const ours = wishes.flatMap(([key, wish]): (typeof wishes)[number][] => {
    if (touched.has(key)) return [[key, wish]];
    if (!strays.has(key)) return [];
    return [[key, keepWeight(wish, present.destinations.get(key))]];
  });
  const found = differences(virtual.virtual, present, ours, 'leave');
  return inWords(
    virtual,
    found.filter(({ about }) => about !== 'service' || strays.has(SERVICE)),
  );
}

/**
 * The virtuals that are to go: those of an older configuration, and at a stop all that are not to
 * be left behind.
 *
 * @param table Without it, whatever the table may hold.
 */
export function planRemoval(
  state: DirectorState,
  table: Table | undefined,
  when: 'start' | 'stop',
): readonly Planned[] {
  const gone = state.work.removed.map(
    (virtual): VirtualState => ({ virtual, key: serviceKey(virtual.target), reals: [] }),
  );
  const left = when === 'stop' ? state.virtuals.filter(({ virtual }) => virtual.cleanstop) : [];
  return [...left, ...gone]
    .filter(({ key }) => table?.has(key) ?? true)
    .map((virtual) => ({
      change: { kind: 'deleteService', target: virtual.virtual.target },
      reports: reportDeleted(virtual, when),
      concerns: { virtual: virtual.virtual },
    }));
}

function inWords({ virtual }: VirtualState, found: readonly Difference[]): readonly Planned[] {
  return found.map((difference) => {
    const { change } = difference;
    const reports = [reportChange(virtual, difference)];
    const isOfWhole = difference.about === 'stranger' || addsQuiet(change);
    if (!('destination' in change) || isOfWhole) return { change, reports, concerns: { virtual } };
    const destination = destinationKey(change.destination);
    return { change, reports, concerns: { virtual, destination } };
  });
}

/** Only a comparison of the whole adds a server without weight: refused, it is made again. */
function addsQuiet(change: Change): boolean {
  return change.kind === 'addDestination' && change.contents.weight === 0;
}
