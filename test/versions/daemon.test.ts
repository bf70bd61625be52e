/**
 * The staged daemon beside models of the old releases that run as programs, over UDP between two
 * hosts of a lab: start, hand-over in both directions, crash and return, stop.
 */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { Feed } from '../lab/feed.js';
import { LocalSite } from '../lab/localsite.js';
import { expectPrepared } from '../lab/notprepared.js';
import { hostProgram } from '../lab/place.js';
import type { Task } from '../lab/site.js';
import { type Stack, stack } from '../lab/stack.js';
import type { Mode } from './oldresources.js';
import { filesOf } from './places.js';
import { RELEASES, type Release } from './release.js';

const PROGRAM = hostProgram('versions', 'oldpeer.js');
const OURS = 'loadbalancer';
const THEIRS = 'backup';
/** The old releases wait ten seconds for one another; a busy machine may take as long again. */
const LIMIT_MS = 30_000;

/** A lab with our daemon on one host and room for an old node on the other. */
class Duo {
  /** `ours CALL` as the scripts note them, `theirs LINE` as the program writes them. */
  readonly feed = new Feed<string>((line) => line);
  readonly #site: LocalSite;
  readonly #release: Release;
  readonly mode: Mode;
  #peer: Task | undefined;
  #generation: number;

  private constructor(site: LocalSite, release: Release, mode: Mode) {
    this.#site = site;
    this.#release = release;
    this.mode = mode;
    this.#generation = release.firstGeneration(1_790_000_000);
  }

  static async open(programs: Stack, release: Release, mode: Mode): Promise<Duo> {
    const site = await LocalSite.open();
    const { layers, hidden } = programs;
    await site.addHost({ name: OURS, addresses: ['192.168.136.11/24'], layers, hidden });
    await site.addHost({ name: THEIRS, addresses: ['192.168.136.12/24'] });
    for (const [path, file] of Object.entries(filesOf(mode))) {
      await site.put(OURS, path, file.text, file.mode);
    }
    const duo = new Duo(site, release, mode);
    await site.follow(OURS, 'calls', ({ text }) => duo.feed.add(`ours ${text}`));
    await site.follow(OURS, 'ha-log', ({ text }) => duo.feed.add(`log ${text}`));
    return duo;
  }

  close(): Promise<void> {
    return this.#site.close();
  }

  async ours(verb: 'start' | 'stop'): Promise<void> {
    const { code, stderr } = await this.#site.run(OURS, ['/etc/init.d/heartbeat', verb]);
    assert.equal(code, 0, stderr);
  }

  async boot(): Promise<void> {
    const words = [this.#release.name, THEIRS, OURS, this.mode, String(this.#generation)];
    this.#generation += 1;
    this.#peer = await this.#site.start(THEIRS, [process.execPath, PROGRAM, ...words], (line) => {
      this.feed.add(`theirs ${line.text}`);
    });
  }

  order(words: string): void {
    this.#peer?.write(`${words}\n`);
  }

  /** Power off, for the old node. */
  async crash(): Promise<void> {
    await this.#peer?.stop();
  }

  /** Awaits lines in any order, from that mark on. */
  async saw(since: number, ...lines: readonly string[]): Promise<void> {
    const wait = (line: string): Promise<string> =>
      this.feed.until((seen) => seen === line, line, { since, limitMs: LIMIT_MS });
    await Promise.all(lines.map(wait));
  }

  async logged(since: number, pattern: RegExp): Promise<void> {
    const fits = (seen: string): boolean => seen.startsWith('log ') && pattern.test(seen);
    await this.feed.until(fits, String(pattern), { since, limitMs: LIMIT_MS });
  }
}

/** Both sides have said that the hand-over is over; in legacy mode there is nothing to say. */
async function handedOver(duo: Duo, since: number): Promise<void> {
  if (duo.mode === 'legacy') return;
  for (const side of ['log', 'theirs log']) {
    const end = new RegExp(
      `^${side} .*(Standby resource acquisition done|Other node completed standby takeover)`,
    );
    const fits = (seen: string): boolean => end.test(seen);
    await duo.feed.until(fits, String(end), { since, limitMs: LIMIT_MS });
  }
}

async function crashes(duo: Duo): Promise<void> {
  let mark = duo.feed.mark;
  await duo.crash();
  await duo.saw(mark, 'ours mail start');
  mark = duo.feed.mark;
  await duo.boot();
  await duo.saw(mark, 'ours mail stop', 'theirs runs mail');
  await duo.logged(mark, /Heartbeat restart on node backup/);
  await handedOver(duo, mark);
}

async function standsBy(duo: Duo): Promise<void> {
  for (const [order, ...lines] of [
    ['standby all', 'theirs runs ', 'ours mail start'],
    ['takeover all', 'ours lvs stop', 'ours mail stop', 'theirs runs lvs,mail'],
    ['standby foreign', 'theirs runs mail', 'ours lvs start'],
  ] as const) {
    const mark = duo.feed.mark;
    duo.order(order);
    await duo.saw(mark, ...lines);
    await handedOver(duo, mark);
  }
}

async function stops(duo: Duo): Promise<void> {
  let mark = duo.feed.mark;
  duo.order('stop');
  await duo.saw(mark, 'ours mail start', 'theirs ended');
  mark = duo.feed.mark;
  await duo.boot();
  await duo.saw(mark, 'ours mail stop', 'theirs runs mail');
  await handedOver(duo, mark);
  mark = duo.feed.mark;
  await duo.ours('stop');
  await duo.saw(mark, 'ours lvs stop', 'theirs runs lvs,mail');
}

describe('the daemon beside old releases', { concurrency: true }, () => {
  let programs: Stack;

  before(() => {
    expectPrepared();
    programs = stack('ours');
  });

  after(() => programs.dispose());

  for (const release of RELEASES) {
    for (const mode of ['on', 'legacy'] as const) {
      it(`${release.name}, auto_failback ${mode}`, async () => {
        const duo = await Duo.open(programs, release, mode);
        try {
          const mark = duo.feed.mark;
          await Promise.all([duo.ours('start'), duo.boot()]);
          await duo.saw(mark, 'ours lvs start', 'theirs runs mail');
          await crashes(duo);
          if (mode === 'on') await standsBy(duo);
          await stops(duo);
          const complaint = /^theirs log (?:a datagram|.*wrong type|.*replay)/;
          assert.deepEqual(
            duo.feed.since(0).filter((line) => complaint.test(line)),
            [],
          );
        } finally {
          await duo.close();
        }
      });
    }
  }
});
