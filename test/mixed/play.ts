/** What happens in a cell, for each mode of failback: the steps of its story. */

import { DIRECTORS, type Director } from '../lab/lab.js';
import type { Cell } from './cell.js';
import { DEADTIME_MS, linksOf, PING6_NODE } from './cellfiles.js';
import { other, type Story } from './story.js';

const [A, B] = DIRECTORS;

/** From the start of both daemons; the genuine one waits 10 s for what its peer may hold. */
const COLD_START_MS = 40_000;

/** A group is stopped on one node, a word goes over the line, it is started on the other. */
const MOVE_MS = 6000;

/** Nobody serves while the dead node is not known to be dead, and until its groups are started. */
const CRASH_MS = DEADTIME_MS + MOVE_MS;

type Ends = readonly [Director, Director];

const HOME: Ends = [A, B];

const STANDBY = '/usr/share/heartbeat/hb_standby';
const TAKEOVER = '/usr/share/heartbeat/hb_takeover';

export async function play(story: Story, cell: Cell): Promise<void> {
  await coldStart(story, cell);
  if (cell.failback === 'legacy') return legacy(story);
  if (cell.failback === 'off') return stays(story);
  await moves(story);
  if (linksOf(cell.medium).length > 1) await loseLine(story);
  for (const node of DIRECTORS) await stopAndStart(story, node);
  for (const node of DIRECTORS) await crashAndRejoin(story, node);
  await quickReboot(story, A);
}

/** Both daemons are started together; every link comes up, each node takes its own group. */
async function coldStart(story: Story, cell: Cell): Promise<void> {
  await story.step({
    name: 'cold start',
    ends: HOME,
    gapMs: COLD_START_MS,
    act: async (since) => {
      await Promise.all(DIRECTORS.map((node) => story.start(node)));
      for (const node of DIRECTORS) {
        const peer = other(node);
        for (const link of linksOf(cell.medium)) {
          await story.logged(node, new RegExp(`Link ${peer}:${link} up`), since);
        }
        await story.logged(node, new RegExp(`node ${peer}: status active`), since);
        if (cell.medium.includes('ping6')) {
          await story.logged(node, new RegExp(`node ${PING6_NODE}: status ping`), since);
        }
      }
    },
  });
  await story.step({
    name: 'hbstatus',
    ends: HOME,
    gapMs: 0,
    act: async () => {
      for (const node of DIRECTORS) await story.runs(node);
    },
  });
}

/** One command, by its program and word, and where the groups are then. */
async function move(
  story: Story,
  node: Director,
  argv: readonly [string, string?],
  ends: Ends,
): Promise<void> {
  const words = argv.filter((word) => word !== undefined);
  await story.step({
    name: `${words.join(' ').replace(/^.*\//, '')} on ${node}`,
    ends,
    gapMs: MOVE_MS,
    act: async () => {
      await story.run(node, words);
    },
  });
}

/** Every word of hb_standby, and hb_takeover, on each side. */
async function moves(story: Story): Promise<void> {
  await move(story, A, [STANDBY, 'all'], [B, B]);
  await move(story, B, [STANDBY, 'foreign'], HOME);
  await move(story, B, [STANDBY, 'all'], [A, A]);
  await move(story, A, [STANDBY, 'foreign'], HOME);
  await move(story, A, [STANDBY, 'local'], [B, B]);
  await move(story, B, [STANDBY, 'local'], [B, A]);
  await move(story, B, [STANDBY, 'foreign'], [A, A]);
  await move(story, A, [STANDBY, 'all'], [B, B]);
  await move(story, A, [TAKEOVER, 'local'], HOME);
  await move(story, B, [STANDBY, 'local'], [A, A]);
  await move(story, B, [TAKEOVER], [B, B]);
  await move(story, A, [TAKEOVER, 'all'], [A, A]);
  await move(story, B, [TAKEOVER, 'local'], HOME);
  await move(story, A, [TAKEOVER, 'foreign'], [A, A]);
  await move(story, A, [STANDBY, 'foreign'], HOME);
}

/** Where there are other media the first serial line is cut and joined again: nothing moves. */
async function loseLine(story: Story): Promise<void> {
  const { serial } = story.observed.pair;
  for (const [name, word] of [
    ['cut', 'dead'],
    ['join', 'up'],
  ] as const) {
    await story.step({
      name: `${name} of the serial line`,
      ends: HOME,
      gapMs: 0,
      act: async (since) => {
        await serial[name]();
        for (const node of DIRECTORS) {
          const pattern = new RegExp(`Link ${other(node)}:/dev/ttyS0 ${word}`);
          await story.logged(node, pattern, since);
        }
      },
    });
  }
}

/** A node is stopped in order: the other one has everything; it comes back: each has its own. */
async function stopAndStart(story: Story, node: Director): Promise<void> {
  await stop(story, node, [other(node), other(node)]);
  await startAgain(story, node, HOME);
}

async function stop(story: Story, node: Director, ends: Ends): Promise<void> {
  await story.step({
    name: `stop of ${node}`,
    ends,
    gapMs: MOVE_MS,
    dies: node,
    act: async (since) => {
      await story.stop(node);
      await story.logged(other(node), new RegExp(`shutdown notice from '${node}'`), since);
    },
  });
}

async function crash(story: Story, node: Director, ends: Ends): Promise<void> {
  await story.step({
    name: `crash of ${node}`,
    ends,
    gapMs: CRASH_MS,
    dies: node,
    act: async (since) => {
      await story.powerOff(node);
      await story.logged(other(node), new RegExp(`node ${node}: is dead`), since);
    },
  });
}

async function rejoin(story: Story, node: Director, ends: Ends): Promise<void> {
  await story.step({
    name: `rejoin of ${node}`,
    ends,
    gapMs: MOVE_MS,
    act: async (since) => {
      await story.observed.powerOn(node);
      await story.start(node);
      await story.logged(other(node), new RegExp(`node ${node}: status active`), since);
    },
  });
}

async function crashAndRejoin(story: Story, node: Director): Promise<void> {
  await crash(story, node, [other(node), other(node)]);
  await rejoin(story, node, HOME);
}

/** A node is back before its silence was long enough to be dead: it takes its own again. */
async function quickReboot(story: Story, node: Director): Promise<void> {
  await story.step({
    name: `quick reboot of ${node}`,
    ends: HOME,
    gapMs: CRASH_MS,
    pauses: node,
    act: async (since) => {
      await story.powerOff(node);
      await story.observed.powerOn(node);
      await story.start(node);
      await story.logged(other(node), new RegExp(`Heartbeat restart on node ${node}`), since);
      await story.logged(other(node), new RegExp(`node ${node}: status active`), since);
    },
  });
}

/** `auto_failback off`: a node that comes back takes nothing until it is told to. */
async function stays(story: Story): Promise<void> {
  await crash(story, A, [B, B]);
  await rejoin(story, A, [B, B]);
  await move(story, B, [STANDBY, 'foreign'], HOME);
  await stop(story, B, [A, A]);
  await startAgain(story, B, [A, A]);
  await move(story, B, [TAKEOVER, 'local'], HOME);
  await move(story, A, [STANDBY, 'all'], [B, B]);
  await stop(story, B, [A, A]);
  await startAgain(story, B, [A, A]);
}

async function startAgain(story: Story, node: Director, ends: Ends): Promise<void> {
  await story.step({
    name: `start of ${node} again`,
    ends,
    gapMs: MOVE_MS,
    dies: node,
    act: async (since) => {
      await story.start(node);
      await story.logged(other(node), new RegExp(`node ${node}: status active`), since);
    },
  });
}

/** `auto_failback legacy`: every node that comes back asks for its own; a standby moves nothing. */
async function legacy(story: Story): Promise<void> {
  for (const node of DIRECTORS) {
    for (const argv of [
      [STANDBY, 'all'],
      [TAKEOVER, 'all'],
    ] as const) {
      await story.step({
        name: `${argv.join(' ').replace(/^.*\//, '')} on ${node}`,
        ends: HOME,
        gapMs: 0,
        act: async (since) => {
          await story.run(node, argv);
          await story.logged(node, /Standby mode only implemented when nice_failback on/, since);
        },
      });
    }
  }
  for (const node of DIRECTORS) await stopAndStart(story, node);
  for (const node of DIRECTORS) await crashAndRejoin(story, node);
}
