/**
 * What others have changed in the table behind our back. The rule stands in docs/ldirectord.md:
 * what is to serve and is missing, and what is not as configured, is put back; a weight is not.
 */
import {
  type Destination,
  type Service,
  sameDestination,
  sameService,
  type Table,
} from '../ipvs/table.js';
import { desiredDestinations, desiredService, type Wish } from './desired.js';
import type { DirectorState, Sighting, VirtualState, Work } from './state.js';

/** The table is looked at once a checkinterval, but not more often: a look is a process. */
const LOOK_MS_MIN = 5_000;
/** Of a server in maintenance the genuine program looks in every round whether it still is out. */
const LOOK_HELD_MS_MIN = 1_000;
/** An operator who deletes a server to add it otherwise has this long. */
const HAND_MS = 10_000;

/** What comes undone with every look is put back ever less often: hourly in the end. */
const DOUBLINGS_MAX = 9;

/** The key of the virtual itself, beside those of its destinations. */
export const SERVICE = '';

/** By the virtual's key: keys of destinations, or `SERVICE`. */
export type Strays = ReadonlyMap<string, ReadonlySet<string>>;

const NONE: Strays = new Map();

/** When the table is to be looked at though nothing has happened; Infinity: not at all. */
export function nextLook({ life, work }: DirectorState): number {
  return life === 'running' ? (work.lookAt ?? Number.POSITIVE_INFINITY) : Number.POSITIVE_INFINITY;
}

/**
 * Looks through a table that was just read, if it is time to. What is due is to be put back now: a
 * virtual that is gone and a server in maintenance that has weight at once, the rest when it has
 * been seen for a while.
 */
export function look(
  state: DirectorState,
  table: Table,
  now: number,
): { readonly work: Work; readonly due: Strays } {
  const isDue = nextLook(state) <= now;
  const { lookAt: before = Number.POSITIVE_INFINITY, ...rest } = state.work;
  const next = now + lookMs(state);
  const lookAt =
    state.virtuals.length === 0 ? {} : { lookAt: isDue ? next : Math.min(next, before) };
  if (!isDue) return { work: { ...rest, ...lookAt }, due: NONE };
  const { seen, due } = lookThrough(state, table, now);
  return { work: { ...rest, ...lookAt, seen }, due };
}

/** Milliseconds from one look at the table to the next. */
function lookMs({ configuration, virtuals }: DirectorState): number {
  const held = virtuals.some(({ reals }) => reals.some((real) => real.held));
  const least = held ? LOOK_HELD_MS_MIN : LOOK_MS_MIN;
  return Math.max(configuration?.globals.checkInterval ?? 0, least);
}

function lookThrough(
  state: DirectorState,
  table: Table,
  now: number,
): { readonly seen: Work['seen']; readonly due: Strays } {
  const seen = new Map<string, ReadonlyMap<string, Sighting>>();
  const due = new Map<string, ReadonlySet<string>>();
  for (const virtual of state.virtuals) {
    const before = state.work.seen.get(virtual.key);
    // What is about to be changed, or was refused, is none of it.
    const touched = state.work.touched.get(virtual.key);
    if (touched === 'all') continue;
    const sightings = new Map<string, Sighting>();
    const ripe = new Set<string>();
    for (const [key, urgent] of straysOf(virtual, table.get(virtual.key))) {
      if (touched?.has(key)) continue;
      const sighting = before?.get(key) ?? { since: now, putBack: 0 };
      const { since, putBack } = sighting;
      if (urgent) {
        // Nothing of it counts for what is done to the entry once it is back.
        ripe.add(key);
        continue;
      }
      const isRipe = now - since >= HAND_MS * 2 ** putBack;
      if (isRipe) ripe.add(key);
      const next = { since: now, putBack: Math.min(putBack + 1, DOUBLINGS_MAX) };
      sightings.set(key, isRipe ? next : sighting);
    }
    if (sightings.size > 0) seen.set(virtual.key, sightings);
    if (ripe.size > 0) due.set(virtual.key, ripe);
  }
  return { seen, due };
}

/** The wish for a stray: as the configuration wants it, but with the weight it has been given. */
export function keepWeight(wish: Wish, present: Destination | undefined): Wish {
  const weight = present?.contents.weight;
  const { contents, add } = wish;
  // A server in maintenance is not to have any.
  if (weight === undefined || contents === undefined || add !== 'yes') return wish;
  return { ...wish, contents: { ...contents, weight } };
}

/** Each with whether it is urgent. */
function straysOf(state: VirtualState, present: Service | undefined): ReadonlyMap<string, boolean> {
  const found = new Map<string, boolean>();
  if (present === undefined) return found.set(SERVICE, true);
  // A persistence engine can only be set by hand.
  const { engine: _, ...contents } = present.contents;
  if (!sameService(desiredService(state.virtual), contents)) found.set(SERVICE, false);
  const held = new Set(state.reals.filter((real) => real.held).map(({ key }) => key));
  for (const [key, wish] of desiredDestinations(state, { whole: false, readdQuiescent: false })) {
    const there = present.destinations.get(key);
    if (wish.add === 'yes') {
      const { contents: wanted } = keepWeight(wish, there);
      const right = there && wanted && sameDestination(wanted, there.contents);
      if (!right) found.set(key, false);
    } else if (held.has(key) && (there?.contents.weight ?? 0) > 0) {
      found.set(key, true);
    }
  }
  return found;
}
