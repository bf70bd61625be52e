/**
 * When each check is due: all of them at once at the beginning, then each once an interval, the
 * checks of one interval spread evenly over it. Pure; it knows nothing of what a check does, so no
 * check can wait for another.
 */

/** How many checks begin in one step of the opening round. */
const OPENING_BURST = 20;
/**
 * From one step of the opening round to the next: room for the answers of the step before, so that
 * only a few checks hold memory at a time; a thousand have begun within half a second.
 */
const OPENING_STEP_MS = 10;
/**
 * Checks that would begin within this time of each other begin together: to wake up costs as much
 * processor time as to make some checks.
 */
const TOGETHER_MS = 50;
/** But not more of them: what they hold until they are answered adds up. */
const TOGETHER_MAX = 10;

/** Checks of one interval, in the order of their slots. */
interface Ring {
  readonly intervalMs: number;
  readonly members: readonly number[];
  /** The member whose slot comes next. */
  readonly next: number;
  /** In so many steps of equal length each member has its slot once. */
  readonly steps: number;
  /** When the present turn began; slot i is at the end of the step that it belongs to. */
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
    rings: [...rings].map(([intervalMs, members]) => {
      const least = Math.max(1, intervalMs / TOGETHER_MS, members.length / TOGETHER_MAX);
      const steps = Math.min(members.length, Math.floor(least));
      return { intervalMs, members, next: 0, steps, turn: now };
    }),
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
  return slotOf(ring, ring.turn, ring.next);
}

type Frame = Pick<Ring, 'intervalMs' | 'members' | 'steps'>;

function slotOf(ring: Frame, turn: number, index: number): number {
  return turn + (ring.intervalMs * (stepOf(ring, index) + 1)) / ring.steps;
}

/** The step, from 0, that the slot of a member belongs to. */
function stepOf({ members, steps }: Frame, index: number): number {
  return Math.floor((index * steps) / members.length);
}

/** Adds what is due in one ring to `due`, each member once at most. */
function turnRing(ring: Ring, now: number, due: number[]): Ring {
  const { members, intervalMs, steps } = ring;
  let { next, turn } = ring;
  for (let count = 0; count < members.length && slotOf(ring, turn, next) <= now; count += 1) {
    const check = members[next];
    if (check !== undefined) due.push(check);
    next += 1;
    if (next < members.length) continue;
    next = 0;
    turn += intervalMs;
  }
  // More than a whole turn was slept through: go on from here.
  if (slotOf(ring, turn, next) <= now) turn = now - (intervalMs * stepOf(ring, next)) / steps;
  return { ...ring, next, turn };
}
