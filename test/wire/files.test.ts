/**
 * The files that outlive a daemon, and the keys that change while it runs: what the genuine daemon
 * makes of them and what ours does. A node can go from one to the other and back.
 */
import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import type { Keyring } from '@ts-heartbeat/core/auth/keyring';
import { expectPrepared } from '../lab/notprepared.js';
import type { StackName } from '../lab/stack.js';
import { Bench, DaemonDied, type Seen } from './bench.js';
import { withBenchLab } from './benchlab.js';
import { datagram, Peer } from './peer.js';

const STATE = '/var/lib/heartbeat';

/** A start with a file of the state directory prepared by a shell command. */
interface Start {
  readonly name: string;
  readonly prepare: string;
  /** A line of ha.cf. */
  readonly hacf?: string;
  /** The file that is looked at afterwards; or the lines of the log are all. */
  readonly file: 'hb_generation' | 'hb_uuid' | 'hostcache';
  /** Why ours differs, and what is to be seen of it. */
  readonly ours?: { readonly reason: string; readonly seen: readonly string[] };
}

function generation(name: string, text: string, extra: Partial<Start> = {}): Start {
  const prepare = `printf '${text}' >${STATE}/hb_generation`;
  return { name, prepare, file: 'hb_generation', ...extra };
}

/** What the genuine daemon says it does, and does not do: it begins at 1. */
const BROKEN = {
  reason: 'from 1 on its peers would take all it says for replays',
  seen: [
    'WARN: BROKEN previous generation - starting at CLOCK',
    'info: Heartbeat generation: CLOCK',
    '     CLOCK\n',
  ],
};

const TIME = {
  reason: 'the file is kept up, so that no life has the generation of another',
  seen: ['info: Heartbeat generation: CLOCK', '     CLOCK\n'],
};

const STARTS: readonly Start[] = [
  generation('no generation', '', { prepare: `rm -f ${STATE}/hb_generation` }),
  generation('a generation of the clock', '     1795356721\n'),
  generation('a generation of 1.99.4', '              7\n'),
  generation('no newline', '12'),
  generation('something behind the number', '  12 34\n'),
  generation('an empty file', ''),
  generation('rubbish', 'rubbish\n', { ours: BROKEN }),
  generation('zeros', '\\0\\0\\0\\0', { ours: BROKEN }),
  generation('hbgenmethod time', '              7\n', { hacf: 'hbgenmethod time', ours: TIME }),
  { name: 'no uuid', prepare: `rm -f ${STATE}/hb_uuid`, file: 'hb_uuid' },
  { name: 'a uuid', prepare: `printf 0123456789abcdef >${STATE}/hb_uuid`, file: 'hb_uuid' },
  { name: 'a uuid too short', prepare: `printf short >${STATE}/hb_uuid`, file: 'hb_uuid' },
  {
    name: 'hostcache, which without autojoin nobody reads or writes',
    prepare: `printf 'zombie\\tx\\n' >${STATE}/hostcache`,
    file: 'hostcache',
  },
];

/** The lines of the log that are about a file. */
const LINES: Readonly<Record<Start['file'], RegExp>> = {
  hb_generation: /eneration\b/,
  hb_uuid: /uuid/,
  hostcache: /cache|zombie/,
};

/** What is seen of a start: lines on a file, and then the file. */
async function begin(bench: Bench, start: Start, hacf: string): Promise<readonly string[]> {
  await bench.kill();
  await bench.put('/etc/ha.d/ha.cf', start.hacf === undefined ? hacf : `${start.hacf}\n${hacf}`);
  await bench.must(['sh', '-c', `mkdir -p ${STATE}; ${start.prepare}`]);
  const { mark } = bench.feed;
  await bench.start();
  await bench.logged(/Local status now set to: 'up'/, mark);
  const lines = bench.feed.since(mark).flatMap((seen) => {
    if (seen.kind !== 'log' || !LINES[start.file].test(seen.text)) return [];
    return [seen.text.replace(/^.*?\]: /, '')];
  });
  const read = `cat ${STATE}/${start.file} 2>/dev/null || printf nothing`;
  const text = await bench.must(['sh', '-c', read]);
  const shown = start.file === 'hb_uuid' ? uuid(text) : text;
  // The clock of the lab, ten digits of it.
  return [...lines, shown].map((line) => line.replace(/\b17\d{8}\b|\b1[89]\d{8}\b/g, 'CLOCK'));
}

function uuid(text: string): string {
  return text === '0123456789abcdef' ? 'as it was' : 'another';
}

const KEYS: Keyring = {
  signing: 1,
  keys: new Map([
    [1, { method: 'crc', key: '' }],
    [2, { method: 'sha1', key: 'two' }],
  ]),
};
const ONE = '1 crc\n';
const TWO = '2 sha1 two\n';

/** Files as they are put in place one after the other, each followed by a SIGHUP. */
const ROTATION: readonly { readonly name: string; readonly text?: string; readonly old?: true }[] =
  [
    { name: 'the same' },
    { name: 'a second key', text: `auth 1\n${ONE}${TWO}` },
    { name: 'the second signs', text: `auth 2\n${ONE}${TWO}` },
    { name: 'the first is gone', text: `auth 2\n${TWO}` },
    { name: 'both again, file older than before', text: `auth 1\n${ONE}${TWO}`, old: true },
    { name: 'no such key', text: `auth 7\n${ONE}${TWO}` },
  ];

/** What becomes of the keys: which are accepted, and which signs. */
async function rotate(bench: Bench): Promise<readonly string[]> {
  const peer = new Peer('fence', 0x70000000);
  const result: string[] = [];
  for (const { name, text, old } of ROTATION) {
    const { mark } = bench.feed;
    if (text !== undefined) await bench.put('/etc/ha.d/authkeys', text, 0o600);
    if (old) await bench.must(['touch', '-d', '2001-01-01', '/etc/ha.d/authkeys']);
    try {
      await bench.must(['sh', '-c', 'kill -HUP $(cat /run/heartbeat.pid)']);
      await bench.logged(/Configuration unchanged|Rereading authentication file/, mark);
      // The genuine daemon's processes read the file one after the other.
      await delay(1000);
      bench.expectAlive(mark);
      result.push(`${name}: ${await verdict(bench, peer)}`);
    } catch (error) {
      if (!(error instanceof DaemonDied)) throw error;
      result.push(`${name}: the daemon dies`);
      break;
    }
  }
  return result;
}

/** What is said of a status: that it came, or that it was refused. */
const OUTCOME = /status key\d \d+$|failed authentication/;

async function verdict(bench: Bench, peer: Peer): Promise<string> {
  const { mark } = bench.feed;
  const accepted: number[] = [];
  for (const number of [1, 2]) {
    bench.send(
      datagram(peer.status({ st: `key${number} ${peer.seq}` }), { ...KEYS, signing: number }),
    );
  }
  let outcomes = 0;
  const last = (seen: Seen): boolean =>
    seen.kind === 'log' && OUTCOME.test(seen.text) && ++outcomes === 2;
  await bench.until(last, 'what became of two statuses', mark);
  const message = await bench.sent((said) => said.get('t') === 'status', 'its status', mark);
  for (const seen of bench.feed.since(mark)) {
    const number = seen.kind === 'log' ? /status key(\d) \d+$/.exec(seen.text)?.[1] : undefined;
    if (number !== undefined) accepted.push(Number(number));
  }
  // The genuine daemon names the key inside its netstrings, too.
  return `accepts ${accepted.join(' ')}, signs with ${message.get('auth')?.split(' ')[0]}`;
}

interface Result {
  readonly starts: readonly (readonly string[])[];
  readonly rotation: readonly string[];
}

function run(name: StackName): Promise<Result> {
  return withBenchLab(name, ['w-files', 'w-keys'], async (lab) => {
    const timers = ['keepalive 1', 'deadtime 60', 'initdead 60', 'auto_failback off'];
    const setting = { hacf: timers, nodes: [], answers: true, keyring: KEYS } as const;
    const authkeys = `auth 1\n${ONE}`;
    const files = await Bench.open(lab, { ...setting, host: 'w-files', number: 0, authkeys });
    const keys = await Bench.open(lab, { ...setting, host: 'w-keys', number: 1, authkeys });
    const hacf = await files.must(['cat', '/etc/ha.d/ha.cf']);
    const starts: (readonly string[])[] = [];
    const starting = async (): Promise<void> => {
      for (const start of STARTS) starts.push(await begin(files, start, hacf));
    };
    await keys.start();
    const [, rotation] = await Promise.all([starting(), rotate(keys)]);
    return { starts, rotation };
  });
}

describe('files of the daemon', () => {
  let genuine: Result = { starts: [], rotation: [] };
  let ours: Result = { starts: [], rotation: [] };

  before(async () => {
    expectPrepared();
    [genuine, ours] = await Promise.all([run('genuine'), run('ours')]);
  });

  for (const [place, start] of STARTS.entries()) {
    const title = start.ours === undefined ? start.name : `${start.name} (${start.ours.reason})`;
    test(title, () => {
      const [one, two] = [genuine.starts[place], ours.starts[place]];
      assert.ok(one && two);
      assert.deepEqual(two, start.ours?.seen ?? one);
      if (start.ours !== undefined) assert.notDeepEqual(two, one);
    });
  }

  test('SIGHUP takes new keys over; wrong ones end the genuine daemon and not ours', () => {
    const last = ROTATION.length - 1;
    assert.deepEqual(ours.rotation.slice(0, last), genuine.rotation.slice(0, last));
    assert.equal(genuine.rotation[last], 'no such key: the daemon dies');
    assert.equal(ours.rotation[last], 'no such key: accepts 1 2, signs with 1');
  });
});
