/**
 * The staged ldirectord on a real kernel's IPVS table, with real servers and a client around it, and
 * the genuine one on a table of its own beside it. One boot for all tests, which follow each other.
 */

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { type Attempt, answering, type Held, lastWrong } from './lanes.js';
import { LANES, MAINTENANCE, placesOf } from './network.js';
import { changed, type Rules } from './rules.js';
import { openScene, type Scene } from './scene.js';
import {
  AFTER_CHANGE,
  AFTER_HAND,
  ALL_UP,
  BY_HAND,
  CHANGED_VIRTUALS,
  CHECK_INTERVAL,
  CHECK_TIMEOUT,
  configuration,
  leftBehind,
  VIRTUALS,
  WITHOUT_REAL2,
  WITHOUT_THE_OTHERS,
  WITHOUT_V4_REAL2,
} from './service.js';
import { REFUSALS, REFUSED_VIRTUALS, TAKEN } from './refusals.js';
import { type Look, slowness, weightlessAt } from './watch.js';

/** What the director may take beyond its intervals and limits. */
const SHARE_MS = 200;
/** From a failed check to the table: the table is read, with its thresholds, and changed. */
const CALLS = 3;
/** How long the client goes on before it is judged. */
const TRAFFIC_MS = 1500;

/** Every server that may answer while all is well. */
const UP = ['real1', 'real2', 'real3'];

const REFUSED_MS = CHECK_INTERVAL * 1000 + SHARE_MS;
const SILENT_MS = REFUSED_MS + CHECK_TIMEOUT * 1000;

let scene: Scene;

before(async () => {
  scene = await openScene();
});

after(async () => {
  await scene?.close();
});

function traffic(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, TRAFFIC_MS));
}

async function taken(): Promise<{ readonly attempts: readonly Attempt[]; readonly look: Look }> {
  const [attempts, look] = await Promise.all([
    scene.client.ask<Attempt[]>('take'),
    scene.watcher.ask<Look>('take'),
  ]);
  return { attempts, look };
}

/** The genuine program comes to the same table; it is held the rest of the time. */
async function refereeShows(wanted: Rules): Promise<void> {
  await scene.referee.signal('CONT');
  await scene.referee.shows(wanted);
  await scene.referee.signal('STOP');
}

/**
 * A server dies: the table is the wanted one, and later than the limit nobody was sent to it. What
 * the machine itself was slow is added to the limit.
 */
async function dies(
  die: () => Promise<number>,
  wanted: Rules,
  alive: readonly string[],
  limit: number,
): Promise<void> {
  await taken();
  const died = await die();
  await scene.director.shows(wanted);
  await traffic();
  const { attempts, look } = await taken();
  const gone = weightlessAt(look, placesOf('real2'), died) ?? Number.NaN;
  const wrong = lastWrong(attempts, alive);
  const slow = slowness(look, died, gone, CALLS);
  const last = wrong === undefined ? 'never' : `${Math.round(wrong.begun - died)} ms`;
  console.log(
    `  out of the table after ${Math.round(gone - died)} ms, last request sent there ${last} ` +
      `(limit ${limit} ms and ${Math.round(slow)} ms of a slow machine)`,
  );
  assert.ok(gone - died <= limit + slow);
  assert.ok(wrong === undefined || wrong.begun - died <= limit + slow, JSON.stringify(wrong));
  for (const lane of Object.keys(LANES)) assert.ok(answering(attempts, lane).length > 0, lane);
}

test('start: every kind of service, with every server', async () => {
  const text = configuration(VIRTUALS);
  await Promise.all([scene.director.write(text), scene.referee.write(text)]);
  const outcome = await scene.director.command('start');
  assert.equal(outcome.code, 0, outcome.stderr);
  await scene.director.shows(ALL_UP);
  await taken();
  await traffic();
  const { attempts } = await taken();
  assert.equal(lastWrong(attempts, UP), undefined);
  for (const lane of Object.keys(LANES)) {
    const sticks = lane === 'sticky' || lane === 'mark6';
    assert.equal(answering(attempts, lane).length, sticks ? 1 : lane === 'web' ? 3 : 2, lane);
  }
  const beside = await scene.referee.command('start');
  assert.equal(beside.code, 0, beside.stderr);
  await scene.referee.shows(ALL_UP);
  await scene.referee.signal('STOP');
});

test('a server refuses, and returns', async () => {
  const wanted = changed(ALL_UP, WITHOUT_REAL2);
  await dies(() => scene.reals.real2.ask('refuse'), wanted, ['real1', 'real3'], REFUSED_MS);
  await refereeShows(wanted);
  await scene.reals.real2.ask('serve');
  await scene.director.shows(ALL_UP);
  await refereeShows(ALL_UP);
});

test('a server is silent, and returns', async () => {
  const wanted = changed(ALL_UP, WITHOUT_REAL2);
  const unplug = async (): Promise<number> => {
    await scene.site.unplug('real2');
    return scene.site.now();
  };
  await dies(unplug, wanted, ['real1', 'real3'], SILENT_MS);
  await refereeShows(wanted);
  await scene.site.plug('real2');
  await scene.director.shows(ALL_UP);
  await refereeShows(ALL_UP);
});

test('the last server dies: the fallbacks come in, and go when one returns', async () => {
  const { real1, real2, real3 } = scene.reals;
  const wanted = changed(ALL_UP, { ...WITHOUT_REAL2, ...WITHOUT_THE_OTHERS });
  await Promise.all([real1.ask('refuse'), real2.ask('refuse'), real3.ask('refuse')]);
  await scene.director.shows(wanted);
  await refereeShows(wanted);
  await Promise.all([real1.ask('serve'), real2.ask('serve'), real3.ask('serve')]);
  await scene.director.shows(ALL_UP);
  await refereeShows(ALL_UP);
});

test('a reload: weights, servers and services change, come and go', async () => {
  for (const [virtuals, wanted] of [
    [CHANGED_VIRTUALS, changed(ALL_UP, AFTER_CHANGE)],
    [VIRTUALS, ALL_UP],
  ] as const) {
    const text = configuration(virtuals);
    await Promise.all([scene.director.write(text), scene.referee.write(text)]);
    await taken();
    assert.equal((await scene.director.command('reload')).code, 0);
    await scene.director.shows(wanted);
    assert.equal(lastWrong((await taken()).attempts, UP), undefined);
    await scene.referee.signal('HUP');
    await refereeShows(wanted);
  }
});

test('maintenance: a server is held by a file', async () => {
  const file = `${MAINTENANCE}/192.168.136.102`;
  const wanted = changed(ALL_UP, WITHOUT_V4_REAL2);
  const both = async (script: string, rules: Rules): Promise<void> => {
    await Promise.all([scene.director.sh(script), scene.referee.sh(script)]);
    await scene.director.shows(rules);
    await refereeShows(rules);
  };
  await both(`mkdir -p ${MAINTENANCE} && touch ${file}`, wanted);
  await both(`rm ${file}`, ALL_UP);
});

test('what an operator does by hand stays, and what is not ours', async () => {
  const wanted = changed(ALL_UP, AFTER_HAND);
  await Promise.all([scene.director.sh(BY_HAND), scene.referee.sh(BY_HAND)]);
  await traffic();
  await scene.director.shows(wanted);
  await refereeShows(wanted);
});

test('killed and started again: the table is taken over, connections and weights stay', async () => {
  const { director, client } = scene;
  for (const [name, lane] of Object.entries(LANES)) {
    if (name !== 'names') await client.ask('hold', JSON.stringify([name, lane]));
  }
  await taken();
  await director.signal('KILL');
  assert.equal((await director.command('start')).code, 0);
  await traffic();
  const { attempts, look } = await taken();
  assert.deepEqual(look.states.map(({ weights }) => weights), []);
  assert.equal(lastWrong(attempts, UP), undefined);
  for (const [name, held] of Object.entries(await client.ask<Record<string, Held>>('held'))) {
    assert.equal(held.broken, undefined, name);
    assert.ok(held.received > 0 && held.sent - held.received < 20, JSON.stringify(held));
  }
  await director.shows(changed(ALL_UP, AFTER_HAND));
});

test('stop: what is not to be cleaned stays, and is taken over by the next start', async () => {
  const { director, referee } = scene;
  const stopped = leftBehind(changed(ALL_UP, AFTER_HAND));
  await referee.signal('CONT');
  for (const one of [director, referee]) {
    assert.equal((await one.command('stop')).code, 0);
  }
  await director.shows(stopped);
  await referee.shows(stopped);
});

test('what the kernel refuses is said, and keeps nothing else from being done', async () => {
  const { director, referee } = scene;
  const text = configuration(REFUSED_VIRTUALS);
  const wanted = { ...leftBehind(changed(ALL_UP, AFTER_HAND)), ...TAKEN };
  await Promise.all([director.write(text), referee.write(text)]);
  assert.equal((await director.command('start')).code, 0);
  assert.equal((await referee.command('start')).code, 0);
  await director.shows(wanted);
  const log = await director.log();
  for (const refusal of REFUSALS) {
    const lines = log.split('\n').filter((line) => refusal.test(line));
    assert.equal(lines.length, 1, `${refusal}:\n${log}`);
  }
  await referee.shows(wanted);
});
