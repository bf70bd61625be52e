/**
 * The kernel's table and the program that reads and changes it: calls take time, are refused, or
 * never end. What a call does, it does half-way through its time.
 */
import { type Change, ipvsadmArguments } from 'ts-ldirectord/ipvs/change';
import type { Failure } from 'ts-ldirectord/ipvs/ipvs';
import { perform } from 'ts-ldirectord/ipvs/memory';
import { EMPTY_TABLE, type Service, type Table } from 'ts-ldirectord/ipvs/table';
import type { Random } from '../random.js';
import type { World } from '../world.js';

export type Mood = 'well' | 'slow' | 'refusing' | 'unreadable' | 'hanging';

/** The longest that a call takes which is not disturbed. */
export const CALL_MS = 10;
/** A call that hangs is given up after this. */
const GIVE_UP_MS = 10_000;

/** A call that its caller may leave behind. */
export interface Call {
  /** The caller has died: the program may have gone with it, in the middle of what it did. */
  abandon(): void;
}

export class Kernel {
  table: Table = EMPTY_TABLE;
  /** Counts changes of the table. */
  version = 0;
  mood: Mood = 'well';
  /** The end of the last call that was not as it should be; calls under way count already. */
  disturbedUntil = 0;
  /** When the table was last looked at by a read. */
  lookedAt = 0;
  /** Called after each single change that the program has made. */
  afterEach: (change: Change) => void = () => {};
  readonly #world: World;
  readonly #random: Random;

  constructor(world: World, random: Random) {
    this.#world = world;
    this.#random = random;
  }

  /** A change that somebody else makes; false when the kernel refuses it. */
  byHand(change: Change): boolean {
    const table = perform(this.table, change);
    if (typeof table === 'string') return false;
    this.#become(table);
    return true;
  }

  clear(): void {
    this.#become(EMPTY_TABLE);
  }

  read(thresholds: boolean, done: (table: Table | string) => void): Call {
    const { mood } = this;
    const ms = this.#duration();
    let seen: Table | undefined;
    const look = this.#world.later(ms / 2, () => {
      this.lookedAt = this.#world.now;
      seen = thresholds ? this.table : withoutThresholds(this.table);
    });
    const fails = mood === 'hanging' || (mood === 'unreadable' && this.#random.chance(0.7));
    const end = this.#world.later(ms, () => {
      if (fails || seen === undefined) done('/sbin/ipvsadm -S -n failed: broken');
      else done(seen);
    });
    return {
      abandon: () => {
        this.#world.undo(look);
        this.#world.undo(end);
      },
    };
  }

  change(changes: readonly Change[], done: (failures: readonly Failure[]) => void): Call {
    const { mood } = this;
    const ms = this.#duration();
    const failures: Failure[] = [];
    const reach = mood === 'hanging' ? this.#random.whole(0, changes.length - 1) : changes.length;
    let acted = false;
    const act = this.#world.later(ms / 2, () => {
      acted = true;
      for (const [index, change] of changes.entries()) {
        const error = index < reach ? this.#make(change, mood) : 'no answer within 10 s';
        if (error === undefined) continue;
        const command = `/sbin/ipvsadm ${ipvsadmArguments(change).join(' ')}`;
        failures.push({ change, command, error });
      }
    });
    const end = this.#world.later(ms, () => done(failures));
    const abandon = () => {
      if (!acted && this.#random.chance(0.5)) {
        const made = this.#random.whole(0, changes.length);
        for (const change of changes.slice(0, made)) this.#make(change, 'well');
      }
      this.#world.undo(act);
      this.#world.undo(end);
    };
    return { abandon };
  }

  #make(change: Change, mood: Mood): string | undefined {
    if (mood === 'refusing' && this.#random.chance(0.5)) return 'Memory allocation problem';
    const table = perform(this.table, change);
    if (typeof table === 'string') return table;
    this.#become(table);
    this.afterEach(change);
    return undefined;
  }

  #become(table: Table): void {
    this.table = table;
    this.version += 1;
  }

  #duration(): number {
    const quick = this.#random.whole(2, CALL_MS);
    if (this.mood === 'well') return quick;
    const slow = this.#random.whole(100, 3000);
    const ms = { slow, refusing: quick, unreadable: quick, hanging: GIVE_UP_MS }[this.mood];
    this.disturbedUntil = Math.max(this.disturbedUntil, this.#world.now + ms);
    return ms;
  }
}

/** The table as it is read where nobody asks for thresholds. */
function withoutThresholds(table: Table): Table {
  return new Map([...table].map(([key, service]) => [key, bare(service)]));
}

function bare(service: Service): Service {
  const destinations = [...service.destinations].map(
    ([
      key,
      {
        address,
        port,
        contents: { forwarding, weight },
      },
    ]) => [key, { address, port, contents: { forwarding, weight } }] as const,
  );
  return { ...service, destinations: new Map(destinations) };
}
