/** Requests that arrive in the middle of something: which there are, and in which phase. */

import { DIRECTORS, type Director } from '../lab/lab.js';
import type { Storm } from './storm.js';

/** The giver has its own group at first, the receiver is to get it. */
export const GIVER = DIRECTORS[0];
export const RECEIVER = DIRECTORS[1];

/** How far the hand-over of `alpha` from the giver to the receiver has come. */
export const PHASES = ['asked', 'giving', 'between', 'taking'] as const;

export type Phase = (typeof PHASES)[number];

export interface Case {
  readonly name: string;
  /** Requests that someone waits for, the hand-over that is going on included. */
  readonly requests: number;
  /** A life of a daemon ends in it: then a request may end with its node. */
  readonly endsLife: boolean;
  /** Cases of the reduced form. */
  readonly reduced: boolean;
  /** Begins the transition, waits for the phase, and interferes. */
  act(storm: Storm): Promise<void>;
}

const STEP_LIMIT_MS = 30_000;

const HB = '/usr/share/heartbeat';
const INIT = '/etc/init.d/heartbeat';

/** `hb_standby local` on the giver; resolves when the phase is reached. */
async function handOver(storm: Storm, phase: Phase): Promise<void> {
  const since = storm.doings.mark;
  await storm.run(GIVER, `${HB}/hb_standby`, 'local');
  if (phase === 'giving') await storm.did(GIVER, 'alpha.2', 'stop', since, STEP_LIMIT_MS);
  if (phase === 'between') await storm.did(GIVER, 'alpha.1', 'stopped', since, STEP_LIMIT_MS);
  if (phase === 'taking') await storm.did(RECEIVER, 'alpha.1', 'start', since, STEP_LIMIT_MS);
}

function asks(node: Director, verb: 'standby' | 'takeover', word: string, phase: Phase): Case {
  const name = `hb_${verb} ${word} on the ${roleOf(node)}, ${phase}`;
  return {
    name,
    requests: 2,
    endsLife: false,
    reduced: phase === 'giving',
    act: async (storm) => {
      await handOver(storm, phase);
      await storm.run(node, `${HB}/hb_${verb}`, word);
    },
  };
}

function roleOf(node: Director): string {
  return node === GIVER ? 'giver' : 'receiver';
}

/** Power and cables are gone in one moment. */
function crash(node: Director, phase: Phase): Case {
  return {
    name: `crash of the ${roleOf(node)}, ${phase}`,
    requests: 1,
    endsLife: true,
    reduced: phase === 'giving' || (phase === 'taking' && node === RECEIVER),
    act: async (storm) => {
      await handOver(storm, phase);
      await storm.powerOff(node);
    },
  };
}

function init(node: Director, verb: 'stop' | 'restart' | 'reload', phase: Phase): Case {
  return {
    name: `${verb} of the ${roleOf(node)}, ${phase}`,
    requests: 1,
    endsLife: true,
    reduced: verb !== 'restart' && phase === 'taking',
    act: async (storm) => {
      await handOver(storm, phase);
      if (verb === 'stop') return storm.stop(node);
      if (verb === 'reload') await storm.run(node, 'touch', '/etc/ha.d/ha.cf');
      await storm.run(node, INIT, verb);
    },
  };
}

const BOTH: Case = {
  name: 'hb_standby all on both at once',
  requests: 2,
  endsLife: false,
  reduced: true,
  act: async (storm) => {
    await Promise.all(DIRECTORS.map((node) => storm.run(node, `${HB}/hb_standby`, 'all')));
  },
};

const AGAINST: Case = {
  name: 'hb_takeover and hb_standby of the same at once',
  requests: 2,
  endsLife: false,
  reduced: false,
  act: async (storm) => {
    await Promise.all([
      storm.run(GIVER, `${HB}/hb_standby`, 'local'),
      storm.run(RECEIVER, `${HB}/hb_takeover`, 'foreign'),
    ]);
  },
};

/** The receiver has died; while the giver starts what it had, it is told something. */
function inTakeover(what: 'stop' | 'standby' | 'reload'): Case {
  return {
    name: `${what} during a takeover`,
    requests: what === 'standby' ? 1 : 0,
    endsLife: what !== 'standby',
    reduced: what === 'stop',
    act: async (storm) => {
      const since = storm.doings.mark;
      await storm.powerOff(RECEIVER);
      await storm.did(GIVER, 'beta.1', 'start', since, STEP_LIMIT_MS);
      if (what === 'stop') return storm.stop(GIVER);
      if (what === 'standby') {
        await storm.run(GIVER, `${HB}/hb_standby`, 'all');
        return;
      }
      await storm.run(GIVER, 'touch', '/etc/ha.d/ha.cf');
      await storm.run(GIVER, INIT, 'reload');
    },
  };
}

/** A node that has nothing and is told to give it is at rest at once. */
export const CASES: readonly Case[] = [
  ...(['giving', 'taking'] as const).flatMap((phase) => [
    asks(GIVER, 'standby', 'all', phase),
    asks(RECEIVER, 'standby', 'all', phase),
    asks(RECEIVER, 'takeover', 'foreign', phase),
    asks(GIVER, 'takeover', 'local', phase),
  ]),
  BOTH,
  AGAINST,
  ...PHASES.flatMap((phase) => [crash(GIVER, phase), crash(RECEIVER, phase)]),
  ...(['giving', 'taking'] as const).flatMap((phase) => [
    init(GIVER, 'stop', phase),
    init(RECEIVER, 'stop', phase),
    init(GIVER, 'reload', phase),
    init(RECEIVER, 'reload', phase),
  ]),
  init(GIVER, 'restart', 'giving'),
  init(RECEIVER, 'restart', 'taking'),
  ...(['stop', 'standby', 'reload'] as const).map(inTakeover),
];
