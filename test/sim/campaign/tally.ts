/** The sum of many runs. */

/** What both kinds of simulation say of a run. */
export interface Countable {
  readonly events: number;
  /** Virtual milliseconds. */
  readonly time: number;
  readonly faults: Readonly<Record<string, number>>;
  readonly transitions: number;
  readonly excused: Readonly<Record<string, number>>;
  readonly violations: readonly unknown[];
}

export interface Tally {
  runs: number;
  events: number;
  time: number;
  transitions: number;
  violations: number;
  faults: Record<string, number>;
  excused: Record<string, number>;
}

export function emptyTally(): Tally {
  return { runs: 0, events: 0, time: 0, transitions: 0, violations: 0, faults: {}, excused: {} };
}

/** Adds one run. */
export function count(tally: Tally, run: Countable): void {
  tally.runs += 1;
  tally.events += run.events;
  tally.time += run.time;
  tally.transitions += run.transitions;
  tally.violations += run.violations.length;
  addAll(tally.faults, run.faults);
  addAll(tally.excused, run.excused);
}

/** Adds what another one has summed up. */
export function merge(tally: Tally, other: Tally): void {
  tally.runs += other.runs;
  tally.events += other.events;
  tally.time += other.time;
  tally.transitions += other.transitions;
  tally.violations += other.violations;
  addAll(tally.faults, other.faults);
  addAll(tally.excused, other.excused);
}

function addAll(sums: Record<string, number>, more: Readonly<Record<string, number>>): void {
  for (const [name, number] of Object.entries(more)) sums[name] = (sums[name] ?? 0) + number;
}

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const YEAR = 365.25 * DAY;

/** The sums as lines; `cpu`: processor time in seconds that they took. */
export function tallyLines(tally: Tally, cpu: number): string[] {
  const { runs, events, time, transitions, violations } = tally;
  const length =
    time >= YEAR ? `${(time / YEAR).toFixed(2)} years` : `${(time / DAY).toFixed(1)} days`;
  const speed = cpu > 0 ? (time / HOUR / cpu).toFixed(1) : '-';
  const rate = cpu > 0 ? Math.round(events / cpu) : 0;
  return [
    `${runs} runs, ${length} of virtual time, ${events} events, ${transitions} transitions`,
    `${speed} virtual hours and ${rate} events per second of processor time`,
    `faults: ${listed(tally.faults)}`,
    `excused in genuine nodes: ${listed(tally.excused)}`,
    `violations: ${violations}`,
  ];
}

function listed(counts: Readonly<Record<string, number>>): string {
  const words = Object.entries(counts)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, number]) => `${name} ${number}`);
  return words.length === 0 ? 'none' : words.join(', ');
}
