/** Which programs may run at once. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type ProgramPlace, ProgramPlaces } from './programplaces.js';

const never = new AbortController().signal;

function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

/** Asks for places, and tells which have been given. */
function ask(places: ProgramPlaces, names: readonly string[]): Map<string, ProgramPlace> {
  const given = new Map<string, ProgramPlace>();
  for (const name of names) {
    void places.take(name, never).then((place) => place && given.set(name, place));
  }
  return given;
}

function named(count: number, word: string): string[] {
  return Array.from({ length: count }, (_, n) => `${word} ${n}`);
}

async function turns(count: number): Promise<void> {
  for (let n = 0; n < count; n++) await turn();
}

test('one program begins in each turn of the event loop, up to a limit', async () => {
  const places = new ProgramPlaces();
  const given = ask(places, named(100, 'p'));
  await turns(5);
  assert.ok(given.size >= 3 && given.size <= 6, `${given.size}`);
  await turns(200);
  assert.equal(given.size, 64);
  given.get('p 0')?.leave(false);
  await turns(3);
  assert.equal(given.size, 65);
});

test('programs that hang leave places for the others, and are forgiven', async () => {
  const places = new ProgramPlaces();
  const hanging = named(50, 'hangs');
  const first = ask(places, hanging);
  await turns(100);
  assert.equal(first.size, 50);
  for (const place of first.values()) place.leave(true);
  const second = ask(places, hanging);
  await turns(100);
  assert.equal(second.size, 32);
  const others = ask(places, named(32, 'well'));
  await turns(100);
  assert.equal(others.size, 32);
  for (const place of [...second.values(), ...others.values()]) place.leave(false);
  await turns(100);
  assert.equal(second.size, 50);
  const third = ask(places, [...second.keys()].slice(0, 32));
  await turns(100);
  assert.equal(third.size, 32);
});

test('who gives up waiting gets no place and takes none', async () => {
  const places = new ProgramPlaces();
  const given = ask(places, named(64, 'p'));
  await turns(100);
  const controller = new AbortController();
  const waiting = places.take('late', controller.signal);
  controller.abort();
  assert.equal(await waiting, undefined);
  assert.equal(await places.take('later', controller.signal), undefined);
  given.get('p 1')?.leave(false);
  const next = ask(places, ['next', 'after next']);
  await turns(5);
  assert.deepEqual([...next.keys()], ['next']);
});
