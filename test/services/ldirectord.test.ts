/** ldirectord itself with a virtual for every service: real servers that answer, freeze and thaw. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Standing, standings } from './allcases.js';
import { secretsOf } from './cases/servicecase.js';
import {
  forgetCalls,
  GENUINE,
  inTable,
  logText,
  stageOurs,
  startDaemon,
  stopDaemon,
  verdicts,
  writeConfiguration,
  writtenDown,
} from './daemon.js';
import { OTHERWISE, UNSPOKEN, UNTRUSTED } from './genuine.js';
import { CERTIFICATE } from './machine.js';
import { leftBehind } from './processes.js';
import { SERVER_NAMES, type ServerName, Servers } from './servers/servers.js';

const ALL = standings();
const GLOBALS = 'checkinterval=2\nchecktimeout=5\nnegotiatetimeout=5\nquiescent=no\n';
const POLL_MS = 50;
/** Many times the interval and the limit of a check, for a loaded machine. */
const CHANGE_MS = 40_000;
/** Two rounds of checks: a table that stays so long is no accident. */
const STAY_MS = 4000;
/** The genuine program makes one check after the other, and gives some of them several tries. */
const GENUINE_MS = 120_000;

let servers: Servers;
before(async () => {
  servers = await Servers.start();
});
after(async () => {
  await servers?.end();
  assert.deepEqual(leftBehind(), []);
});

/** The names of those that are not as wanted. */
function differing(wanted: (one: Standing) => boolean): readonly string[] {
  const found = inTable(ALL);
  return ALL.filter((one, i) => found[i] !== wanted(one)).map(({ name }) => name);
}

/** Waits until exactly the wanted ones are in the table, and for how long they stay. */
async function settled(wanted: (one: Standing) => boolean, stayMs: number): Promise<void> {
  const end = performance.now() + CHANGE_MS;
  let since: number | undefined;
  while (since === undefined || performance.now() - since < stayMs) {
    const different = differing(wanted);
    if (different.length > 0) {
      since = undefined;
      if (performance.now() > end) assert.deepEqual(different, [], logText().slice(-4000));
    } else since ??= performance.now();
    await sleep(POLL_MS);
  }
}

/** The verdicts once there is one on each; as they stand when that takes too long. */
async function allVerdicts(
  spoken: readonly Standing[],
  limitMs: number,
): Promise<readonly (boolean | undefined)[]> {
  const end = performance.now() + limitMs;
  while (verdicts(spoken).includes(undefined) && performance.now() < end) await sleep(POLL_MS);
  return verdicts(spoken);
}

let ours: readonly (boolean | undefined)[] = [];

test('ours: servers that answer are in the table, frozen ones are out', async (t) => {
  writeConfiguration(ALL, GLOBALS);
  const pid = await startDaemon(stageOurs());
  try {
    await t.test('right answers are in, wrong ones are not', async () => {
      await settled(({ up }) => up, STAY_MS);
      ours = await allVerdicts(ALL, CHANGE_MS);
    });
    // By halves: a frozen server must not take another one with it.
    const halves = [0, 1].map((half) => SERVER_NAMES.filter((_, i) => i % 2 === half));
    for (const half of halves) {
      await t.test(`${half.join(', ')}: out when frozen, in again when thawed`, async () => {
        servers.freeze(...half);
        try {
          await settled((one) => one.up && !isFrozen(half, one), STAY_MS);
        } finally {
          servers.thaw(...half);
        }
        await settled(({ up }) => up, 0);
      });
    }
  } finally {
    await stopDaemon(pid);
  }
  const left = differing(() => false);
  assert.deepEqual(left, []);
  const text = writtenDown();
  const secrets = new Set(ALL.flatMap(({ block }) => secretsOf(block.lines)));
  for (const secret of secrets) assert.ok(!text.includes(secret), `${secret} is written down`);
});

function isFrozen(frozen: readonly ServerName[], { one }: Standing): boolean {
  if (one.connects === true) return false;
  return frozen.includes(one.server) || (one.behind !== undefined && frozen.includes(one.behind));
}

/** What the genuine program finds, in the order given. */
async function genuineVerdicts(
  spoken: readonly Standing[],
  environment: Readonly<Record<string, string>>,
): Promise<readonly (boolean | undefined)[]> {
  forgetCalls();
  writeConfiguration(spoken, GLOBALS);
  const pid = await startDaemon(GENUINE, environment);
  try {
    return await allVerdicts(spoken, GENUINE_MS);
  } finally {
    await stopDaemon(pid);
  }
}

function ourVerdict(name: string): boolean | undefined {
  return ours[ALL.findIndex((one) => one.name === name)];
}

test('the genuine program says the same of right and wrong answers', async (t) => {
  const spoken = ALL.filter(({ name }) => !Object.hasOwn(UNSPOKEN, name));
  const said = await genuineVerdicts(spoken, { SSL_CERT_FILE: CERTIFICATE });
  for (const [i, { name }] of spoken.entries()) {
    await t.test(name, () => {
      const own = ourVerdict(name);
      assert.equal(said[i], Object.hasOwn(OTHERWISE, name) ? !own : own, OTHERWISE[name]);
    });
  }
});

test('the genuine program takes no certificate that it does not trust', async (t) => {
  const spoken = ALL.filter(({ name }) => Object.hasOwn(UNTRUSTED, name));
  assert.equal(spoken.length, Object.keys(UNTRUSTED).length);
  const said = await genuineVerdicts(spoken, {});
  for (const [i, { name }] of spoken.entries()) {
    await t.test(name, () => assert.deepEqual([said[i], ourVerdict(name)], [false, true]));
  }
});
