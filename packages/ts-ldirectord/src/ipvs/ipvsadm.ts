/** The kernel's IPVS table through the program `ipvsadm`. */
import { execFile } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import { type Change, ipvsadmArguments, isDone } from './change.js';
import type { Failure, Ipvs, ReadOptions } from './ipvs.js';
import { parseRules, parseThresholds, withThresholds } from './parse.js';
import { destinationKey, serviceKey, type Table } from './table.js';

/** Where it is looked for, as ldirectord 4.12 does. */
const PLACES = ['/sbin/ipvsadm', '/usr/sbin/ipvsadm'] as const;

/** A call takes milliseconds; one that takes longer than this hangs, and is killed. */
const CALL_MS_MAX = 10_000;
/** A program that waits in the kernel cannot even be killed: it is given up this long after. */
const GIVE_UP_MS = 500;
/** A rule is some 80 bytes: room for 400,000 of them, more than any table holds. */
const OUTPUT_BYTES_MAX = 32 * 1024 * 1024;
/** How often what a batch left undone is tried again without the change that was refused. */
const BATCH_ROUNDS_MAX = 8;

/** The program to call, if there is an executable one. */
export function findIpvsadm(places: readonly string[] = PLACES): string | undefined {
  return places.find((place) => {
    try {
      accessSync(place, constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}

interface Outcome {
  readonly ok: boolean;
  readonly stdout: string;
  /** Why not, in one line. */
  readonly error: string;
  /** It did not end in time. */
  readonly late: boolean;
}

/** What a batch has left undone. */
interface Rest {
  readonly left: readonly Change[];
  readonly late: boolean;
}

/** Every call is a process of its own. A caller that wants order awaits each promise. */
export class Ipvsadm implements Ipvs {
  readonly #program: string;
  readonly #callMsMax: number;

  constructor(program: string, callMsMax = CALL_MS_MAX) {
    this.#program = program;
    this.#callMsMax = callMsMax;
  }

  /** The table by `-S -n`, and the thresholds by a second call where they are wanted. */
  async read(options: ReadOptions): Promise<Table> {
    const rules = await this.#call(['-S', '-n']);
    if (!rules.ok) throw new Error(`${this.#program} -S -n failed: ${rules.error}`);
    const table = parseRules(rules.stdout);
    if (!options.thresholds) return table;
    const list = await this.#call(['-L', '-n', '--thresholds']);
    if (!list.ok) throw new Error(`${this.#program} -L -n --thresholds failed: ${list.error}`);
    return withThresholds(table, parseThresholds(list.stdout));
  }

  /**
   * One change is one call. Several are the lines of one `ipvsadm -R`, which tells nothing of use:
   * it goes on after a change that the kernel refused and still exits 0, and it stops for good at a
   * line that it cannot parse (ipvsadm 1.31). So the table is read back, the first change that is
   * not there is made by a call of its own, which names the error, and the rest is tried again. A
   * call that hangs ends it: the caller tries again later, with what it knows then.
   */
  async apply(changes: readonly Change[]): Promise<readonly Failure[]> {
    const failures: Failure[] = [];
    let left = changes;
    let why = 'not done';
    for (let round = 0; round < BATCH_ROUNDS_MAX; round += 1) {
      const [first] = left;
      if (first === undefined) break;
      if (round > 0 || left.length === 1) {
        const { ok, error, late } = await this.#call(ipvsadmArguments(first));
        left = left.slice(1);
        if (!ok) {
          failures.push(this.#failure(first, error));
          const lost = left.filter((change) => dependsOn(change, first));
          failures.push(...lost.map((change) => this.#failure(change, 'Service not defined')));
          left = left.filter((change) => !lost.includes(change));
        }
        if (late) {
          why = error;
          break;
        }
      }
      const rest = await this.#batch(left);
      left = rest.left;
      if (rest.late) {
        why = this.#noAnswer();
        break;
      }
    }
    for (const change of left) failures.push(this.#failure(change, why));
    return failures;
  }

  /** Makes the changes in one call, and returns those that the table does not show afterwards. */
  async #batch(changes: readonly Change[]): Promise<Rest> {
    if (changes.length === 0) return { left: [], late: false };
    const lines = changes.map((change) => ipvsadmArguments(change).join(' '));
    const { late } = await this.#call(['-R'], `${lines.join('\n')}\n`);
    if (late) return { left: changes, late };
    try {
      const table = await this.read({ thresholds: changes.some(setsThresholds) });
      const last = lastOfEach(changes);
      const left = changes.filter((change) => last.has(change) && !isDone(change, table));
      return { left, late: false };
    } catch {
      // Not even the table can be read: every change by itself will say why.
      return { left: changes, late: false };
    }
  }

  #noAnswer(): string {
    return `no answer within ${this.#callMsMax / 1000} s`;
  }

  #failure(change: Change, error: string): Failure {
    const command = [this.#program, ...ipvsadmArguments(change)].join(' ');
    return { change, command, error };
  }

  #call(args: readonly string[], input?: string): Promise<Outcome> {
    return new Promise((resolve) => {
      const noAnswer = { ok: false, stdout: '', error: this.#noAnswer(), late: true };
      const options = {
        timeout: this.#callMsMax,
        killSignal: 'SIGKILL',
        maxBuffer: OUTPUT_BYTES_MAX,
        env: { ...process.env, LC_ALL: 'C' },
      } as const;
      try {
        const child = execFile(this.#program, args, options, (error, stdout, stderr) => {
          clearTimeout(giveUp);
          if (error === null) resolve({ ok: true, stdout, error: '', late: false });
          else if (error.killed) resolve(noAnswer);
          else resolve({ ok: false, stdout, error: reason(error, stderr), late: false });
        });
        const giveUp = setTimeout(() => {
          child.stdout?.destroy();
          child.stderr?.destroy();
          resolve(noAnswer);
        }, this.#callMsMax + GIVE_UP_MS);
        // A program that ends before it has read its input is judged by what it says.
        child.stdin?.on('error', () => {});
        child.stdin?.end(input);
      } catch (error) {
        resolve({ ok: false, stdout: '', error: String(error), late: false });
      }
    });
  }
}

/** The last change of a service or destination decides what the table must show of it. */
function lastOfEach(changes: readonly Change[]): ReadonlySet<Change> {
  const last = new Map<string, Change>();
  for (const change of changes) {
    const service = serviceKey(change.target);
    if (change.kind === 'deleteService') {
      for (const place of last.keys()) if (place.startsWith(`${service} `)) last.delete(place);
    }
    const place = 'destination' in change ? destinationKey(change.destination) : '';
    last.set(`${service} ${place}`, change);
  }
  return new Set(last.values());
}

/** True when a change cannot be made because another one was refused. */
function dependsOn(change: Change, refused: Change): boolean {
  if (refused.kind !== 'addService' || !('destination' in change)) return false;
  return serviceKey(change.target) === serviceKey(refused.target);
}

function setsThresholds(change: Change): boolean {
  if (!('destination' in change) || change.kind === 'deleteDestination') return false;
  return (change.contents.upperThreshold ?? 0) + (change.contents.lowerThreshold ?? 0) > 0;
}

function reason(error: Error & { code?: unknown }, stderr: string): string {
  const said = stderr
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '')
    .join('; ');
  if (said !== '') return said;
  return typeof error.code === 'number' ? `exit code ${error.code}` : error.message;
}
