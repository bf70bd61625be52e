/**
 * The staged ldirectord on a real kernel's IPVS table, with real servers and a client around it,
 * and the genuine one on a table of its own beside it. One boot for all tests, in their order.
 */

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { type Attempt, answering, type Held, lastWrong } from './lanes.js';
import { LANES, placesOf } from './network.js';
import { REFUSALS, REFUSED_VIRTUALS, TAKEN } from './refusals.js';
import { changed, type Rules } from './rules.js';
import { openScene, type Scene } from './scene.js';
import {
  AFTER_CHANGE,
  AFTER_HAND,
  ALL_DEAD,
  ALL_UP,
  BY_HAND,
  CHANGED_VIRTUALS,
  CHECK_INTERVAL,
  CHECK_TIMEOUT,
  configuration,
  DELETE_KEPT,
  leftBehind,
  MAINTENANCE,
  REAL3_BACK,
  VIRTUALS,
  WHERE_REAL2_IS_ILL,
  WITHOUT_REAL2,
  WITHOUT_V4_REAL2,
} from './service.js';
import { type Look, slowness, weightlessAt } from './watch.js';

/** What the director may take beyond its intervals and limits. */
const SHARE_MS = 200;
/** From a failed check to the table: the table is read, with its thresholds, and changed. */
const CALLS = 3;
/** In each the client sends two or three requests to every service. */
const ROUNDS_MAX = 10;

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

/** What client and watcher see from now on is the matter of the test. */
async function begin(): Promise<void> {
  await Promise.all([scene.client.ask('forget'), scene.watcher.ask('take')]);
}

/** What they have seen; the client goes on for a moment before. */
async function seen(): Promise<{ readonly attempts: readonly Attempt[]; readonly look: Look }> {
  const attempts = await scene.client.ask<Attempt[]>('take');
  return { attempts, look: await scene.watcher.ask<Look>('take') };
}

/**
 * The genuine program comes to the same table. It is held the rest of the time, and the client
 * meanwhile: it takes most of the machine.
 */
async function refereeShows(wanted: Rules): Promise<void> {
  await scene.client.ask('lanes', '{}');
  await scene.referee.signal('CONT');
  await scene.referee.shows(wanted);
  await scene.referee.signal('STOP');
  await scene.client.ask('lanes', JSON.stringify(LANES));
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
  await begin();
  const died = await die();
  await scene.director.shows(wanted);
  const { attempts, look } = await seen();
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
  await scene.client.ask('lanes', JSON.stringify(LANES));
  const answered = new Map(Object.keys(LANES).map((lane) => [lane, new Set<string>()]));
  const servers = { web: 3, sticky: 1, mark6: 1 } as Readonly<Record<string, number>>;
  const some = ([lane, names]: readonly [string, ReadonlySet<string>]): boolean =>
    names.size < (servers[lane] ?? 2);
  for (let round = 0; round < ROUNDS_MAX && [...answered].some(some); round += 1) {
    const { attempts } = await seen();
    assert.equal(lastWrong(attempts, UP), undefined);
    for (const { lane, saw } of attempts) answered.get(lane)?.add(saw);
  }
  assert.deepEqual([...answered].filter(some), []);
});

test('the genuine program takes over the same table', async () => {
  await scene.referee.restore(ALL_UP);
  const beside = await scene.referee.command('start');
  assert.equal(beside.code, 0, beside.stderr);
  await refereeShows(ALL_UP);
});

test('a server refuses, and returns', async () => {
  const wanted = changed(ALL_UP, WITHOUT_REAL2);
  await dies(() => scene.reals.real2.ask('refuse'), wanted, ['real1', 'real3'], REFUSED_MS);
  await scene.reals.real2.ask('serve');
  await scene.director.shows(ALL_UP);
});

test('a server that is ill but answers gets no requests', async () => {
  const wanted = changed(ALL_UP, WHERE_REAL2_IS_ILL);
  await begin();
  const since = await scene.reals.real2.ask<number>('sicken');
  await scene.director.shows(wanted);
  const { attempts } = await seen();
  const late = attempts.filter(
    ({ lane, begun, saw }) =>
      ['web', 'sticky', 'names', 'mark'].includes(lane) &&
      begun - since > REFUSED_MS &&
      saw === 'real2',
  );
  assert.deepEqual(late, []);
  await scene.reals.real2.ask('heal');
  await scene.director.shows(ALL_UP);
});

test('a server is silent, and returns', async () => {
  const wanted = changed(ALL_UP, WITHOUT_REAL2);
  const unplug = async (): Promise<number> => {
    await scene.site.unplug('real2');
    return scene.site.now();
  };
  await dies(unplug, wanted, ['real1', 'real3'], SILENT_MS);
  await scene.site.plug('real2');
  await scene.director.shows(ALL_UP);
});

test('maintenance: a server is held by a file', async () => {
  const file = `${MAINTENANCE}/192.168.136.102`;
  await scene.director.sh(`touch ${file}`);
  await scene.director.shows(changed(ALL_UP, WITHOUT_V4_REAL2));
  await scene.director.sh(`rm ${file}`);
  await scene.director.shows(ALL_UP);
});

test('killed and started again: it takes the table over, connections stay', async () => {
  const { director, client } = scene;
  for (const [name, lane] of Object.entries(LANES)) {
    if (name !== 'names') await client.ask('hold', JSON.stringify([name, lane]));
  }
  await begin();
  await director.signal('KILL');
  const outcome = await director.command('start');
  assert.equal(outcome.code, 0, outcome.stderr);
  const { attempts, look } = await seen();
  assert.deepEqual(look.states, []);
  assert.equal(lastWrong(attempts, UP), undefined);
  const connections = await client.ask<Record<string, Held>>('held');
  for (const [name, held] of Object.entries(connections)) {
    assert.equal(held.broken, undefined, name);
    assert.ok(
      held.received > 1 && held.sent - held.received <= 2,
      `${name}: ${JSON.stringify(held)}`,
    );
  }
  await director.shows(ALL_UP);
});

test('a reload: weights, servers and services change, come and go', async () => {
  const wanted = changed(ALL_UP, AFTER_CHANGE);
  const text = configuration(CHANGED_VIRTUALS);
  await Promise.all([scene.director.write(text), scene.referee.write(text)]);
  await begin();
  assert.equal((await scene.director.command('reload')).code, 0);
  await scene.director.shows(wanted);
  const kept = (await seen()).attempts.filter(({ lane }) => lane !== 'tunnel');
  assert.equal(lastWrong(kept, UP), undefined);
  await scene.referee.signal('HUP');
  await refereeShows(wanted);
});

test('by hand: weights stay, and what is not ours; a deleted virtual is back', async () => {
  const wanted = changed(ALL_UP, { ...AFTER_CHANGE, ...AFTER_HAND });
  await Promise.all([scene.director.sh(BY_HAND), scene.referee.sh(BY_HAND)]);
  await seen();
  await scene.director.shows(wanted);
  await refereeShows(wanted);
  // The genuine program would leave it at that.
  await scene.director.sh(DELETE_KEPT);
  await scene.director.shows(wanted);
});

test('the last server dies: fallbacks come in; a server returns: one goes', async () => {
  const { real1, real2, real3 } = scene.reals;
  const dead = changed(ALL_UP, { ...AFTER_CHANGE, ...AFTER_HAND, ...ALL_DEAD });
  await Promise.all([real1.ask('refuse'), real2.ask('refuse'), real3.ask('refuse')]);
  await scene.director.shows(dead);
  await begin();
  const { attempts } = await seen();
  for (const lane of ['web', 'sticky', 'mark', 'six']) {
    assert.deepEqual(answering(attempts, lane), ['fallback'], lane);
  }
  await real3.ask('serve');
  await scene.director.shows(changed(dead, REAL3_BACK));
  await begin();
  assert.deepEqual(answering((await seen()).attempts, 'sticky'), ['real3']);
  await real3.ask('refuse');
  await scene.director.shows(dead);
  await refereeShows(dead);
});

test('stop: what is not to be cleaned stays, and so does what is not ours', async () => {
  const { director, referee } = scene;
  const left = leftBehind(changed(ALL_UP, { ...AFTER_HAND, ...ALL_DEAD }));
  for (const one of [director, referee]) assert.equal((await one.command('stop')).code, 0);
  await referee.signal('CONT');
  await director.shows(left);
  await referee.shows(left);
});

test('what the kernel refuses is said, and keeps nothing else from being done', async () => {
  const { director } = scene;
  const wanted = { ...leftBehind(changed(ALL_UP, { ...AFTER_HAND, ...ALL_DEAD })), ...TAKEN };
  await director.write(configuration(REFUSED_VIRTUALS));
  const outcome = await director.command('start');
  assert.equal(outcome.code, 0, outcome.stderr);
  await director.shows(wanted);
  const log = await director.log();
  for (const refusal of REFUSALS) {
    const lines = log.split('\n').filter((line) => refusal.test(line));
    assert.equal(lines.length, 1, `${refusal}:\n${log}`);
  }
});
