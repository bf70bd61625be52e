/**
 * When each check is due: all of them at once at the beginning, then each once an interval, the
 * checks of one interval spread evenly over it. Pure; it knows nothing of what a check does, so no
 * check can wait for another.
 */

/** How many checks begin in one step of the opening round: enough to be quick. */
const OPENING_BURST = 100;
/** From one step of the opening round to the next: room for the answers of the step before. */
const OPENING_STEP_MS = 20;

/** Checks of one interval, in the order of their slots. */
interface Ring {
  readonly intervalMs: number;
  readonly members: readonly number[];
  /** The member whose slot comes next. */
  readonly next: number;
  /** When the present turn began; slot i is at `turn + interval * (i + 1) / members`. */
  readonly turn: number;
}

export interface Schedule {
  readonly rings: readonly Ring[];
  readonly opening: {
    readonly members: number;
    readonly next: number;
    readonly start: number;
  };
}

/**
 * A schedule of checks numbered from 0, given the interval of each in milliseconds. From its
 * opening on, two slots of a check are never further apart than its interval.
 */
export function openSchedule(intervals: readonly number[], now: number): Schedule {
  const rings = new Map<number, number[]>();
  for (const [check, interval] of intervals.entries()) {
    const members = rings.get(interval);
    if (members === undefined) rings.set(interval, [check]);
    else members.push(check);
  }
  return {
    rings: [...rings].map(([intervalMs, members]) => ({ intervalMs, members, next: 0, turn: now })),
    opening: { members: intervals.length, next: 0, start: now },
  };
}

/**
 * The checks whose slot has come, and the schedule that remains. After a pause of more than an
 * interval each check is due once, not once for every slot that was slept through.
 */
export function dueChecks(
  schedule: Schedule,
  now: number,
): { readonly schedule: Schedule; readonly due: readonly number[] } {
  if (nextSlot(schedule) > now) return { schedule, due: [] };
  const due: number[] = [];
  const { opening } = schedule;
  let next = opening.next;
  while (next < opening.members && openingSlot(opening.start, next) <= now) {
    due.push(next);
    next += 1;
  }
  const rings = schedule.rings.map((ring) => turnRing(ring, now, due));
  return {
    schedule: { rings, opening: { ...opening, next } },
    due: rings.length > 1 || next > opening.next ? [...new Set(due)] : due,
  };
}

/** When `dueChecks` has something to give again; Infinity for a schedule without checks. */
export function nextSlot(schedule: Schedule): number {
  const { opening } = schedule;
  let at = Number.POSITIVE_INFINITY;
  if (opening.next < opening.members) at = openingSlot(opening.start, opening.next);
  for (const ring of schedule.rings) at = Math.min(at, slot(ring));
  return at;
}

function openingSlot(start: number, check: number): number {
  return start + Math.floor(check / OPENING_BURST) * OPENING_STEP_MS;
}

function slot(ring: Ring): number {
  return ring.turn + (ring.intervalMs * (ring.next + 1)) / ring.members.length;
}

/** Adds what is due in one ring to `due`, each member once at most. */
function turnRing(ring: Ring, now: number, due: number[]): Ring {
  let turned = ring;
  for (let count = 0; count < ring.members.length && slot(turned) <= now; count += 1) {
    const check = turned.members[turned.next];
    if (check !== undefined) due.push(check);
    const last = turned.next + 1 === turned.members.length;
    turned = last
      ? { ...turned, next: 0, turn: turned.turn + turned.intervalMs }
      : { ...turned, next: turned.next + 1 };
  }
  if (slot(turned) > now) return turned;
  // More than a whole turn was slept through: go on from here.
  return { ...turned, turn: now - (turned.intervalMs * turned.next) / turned.members.length };
}
