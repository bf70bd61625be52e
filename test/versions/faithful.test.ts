/**
 * The models of the old releases say what the releases themselves said: two of a kind are led
 * through the course of a recording, and every message of either node is compared with it.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readVectorFile } from '../vectors/recording.js';
import type { Mode } from './oldresources.js';
import { RELEASES, type Release } from './release.js';
import { Stage } from './stage.js';

const TIMING = { keepalive: 1000, deadtime: 6000, initdead: 10_000 };

/** Types that come as often as time passes or as the media lose; their content is tested apart. */
const PACED = ['status', 'reqnodes', 'repnodes', 'hbapi-clstat'];
/** Fields that the sender adds, or that depend on the moment. */
const ADDED = ['src', 'srcuuid', 'destuuid', 'seq', 'hg', 'ts', 'ld', 'ttl', 'auth'];

interface Item {
  readonly phase: string;
  readonly fields: Readonly<Record<string, unknown>>;
}

/** What one node said, a line for each message, in the order of its numbers. */
function saidBy(name: string, all: readonly Readonly<Record<string, unknown>>[]): string[] {
  const lines = new Map<string, string>();
  const number = (fields: Readonly<Record<string, unknown>>): number =>
    Number.parseInt(String(fields.hg), 16) * 2 ** 20 + Number.parseInt(String(fields.seq), 16);
  const own = all
    .filter(({ src, t }) => src === name && !String(t).startsWith('NS_'))
    .filter(({ t }) => !PACED.includes(String(t)))
    .sort((a, b) => number(a) - number(b));
  for (const fields of own) {
    const words = Object.entries(fields).filter(([field]) => !ADDED.includes(field));
    lines.set(`${fields.hg}/${fields.seq}`, words.map((pair) => pair.join('=')).join(' '));
  }
  return [...lines.values()];
}

/** The chances of a recording. */
interface Course {
  readonly release: Release['name'];
  readonly file: string;
  readonly mode: Mode;
  /** By how much the second node was started later; the beats of the two keep that distance. */
  readonly gap: number;
  /** How long it took to read what came in. */
  readonly latency: number;
  /**
   * Which messages the first node acknowledges. With 1 it is the first one of a node that starts:
   * in legacy mode that node then takes itself for alone, the trap of all old releases.
   */
  readonly ackDigit: number;
  /** Whether a node looked who is there before it answered a question. */
  readonly eager?: boolean;
}

const COURSES: readonly Course[] = [
  {
    release: '1.99.4',
    file: 'udp-mcast-crc.json',
    mode: 'on',
    gap: 0,
    latency: 0,
    ackDigit: 7,
  },
  {
    release: '1.99.4',
    file: 'udp-mcast-md5-legacy.json',
    mode: 'legacy',
    gap: 210,
    latency: 0,
    ackDigit: 1,
  },
  {
    release: '2.1',
    file: 'udp-mcast-crc.json',
    mode: 'on',
    gap: 190,
    latency: 150,
    ackDigit: 7,
    eager: true,
  },
  {
    release: '2.1',
    file: 'udp-mcast-md5-legacy.json',
    mode: 'legacy',
    gap: 190,
    latency: 0,
    ackDigit: 7,
  },
];

type Holds = Readonly<Record<string, readonly string[]>>;

/** What each node runs, as the recordings have it: without the script's name. */
function heldBy(stage: Stage, groups: readonly { readonly key: string }[]): Holds {
  const ofNode = (name: string): string[] =>
    groups.filter(({ key }) => stage.where(key).includes(name)).map(({ key }) => key.slice(8));
  return { loadbalancer: ofNode('loadbalancer'), backup: ofNode('backup') };
}

interface Played {
  readonly stage: Stage;
  /** After each phase. */
  readonly holds: readonly Holds[];
}

/** The course of all recordings of pairs. */
function play(release: Release, course: Course, groups: { node: string; key: string }[]): Played {
  const { mode, latency, eager = false } = course;
  const ackDigits = { loadbalancer: course.ackDigit, backup: 7 };
  const stage = new Stage({ mode, timing: TIMING, groups, ackDigits, latency, eager });
  const [a, b] = ['loadbalancer', 'backup'] as const;
  stage.bootOld(a, release);
  stage.clock.run(course.gap);
  stage.bootOld(b, release);
  stage.clock.run(18_000);
  // The other node is stopped before it takes this one for dead.
  const stopLast = (): void => stage.stop(b);
  const steps: (() => void)[] = [
    () => stage.command(a, 'standby', 'all'),
    () => stage.command(a, 'takeover', 'all'),
    () => stage.command(a, 'standby', 'all'),
    () => stage.command(b, 'standby', 'all'),
    () => stage.stop(a),
    () => void stage.bootOld(a, release),
    () => stage.crash(a),
    () => void stage.bootOld(a, release),
    () => stage.crash(b),
    () => void stage.bootOld(b, release),
    stopLast,
    () => stage.stop(a),
  ];
  const holds = [heldBy(stage, groups)];
  for (const step of steps) {
    step();
    stage.clock.run(step === stopLast ? 4000 : 12_000);
    holds.push(heldBy(stage, groups));
  }
  return { stage, holds };
}

for (const release of RELEASES) {
  for (const course of COURSES.filter((each) => each.release === release.name)) {
    const { file } = course;
    test(`the model of ${release.name} speaks as in ${file}`, () => {
      const recording = readVectorFile(`heartbeat-${release.name}`, file) as {
        readonly config: { readonly haresources: string };
        readonly items: readonly Item[];
        readonly phases: readonly { readonly holdsAfterwards: Holds }[];
      };
      const groups = recording.config.haresources
        .trim()
        .split('\n')
        .map((line) => {
          const [node = '', key = ''] = line.split(' ');
          return { node, key };
        });
      const { stage, holds } = play(release, course, groups);
      const spoken = stage.spoken.map(({ message }) => message.strings());
      for (const name of ['loadbalancer', 'backup']) {
        const recorded = saidBy(
          name,
          recording.items.map(({ fields }) => fields),
        );
        assert.deepEqual(saidBy(name, spoken), recorded, name);
      }
      const recorded = recording.phases.map(({ holdsAfterwards }) => holdsAfterwards);
      assert.deepEqual(holds, recorded);
    });
  }
}
