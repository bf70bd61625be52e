/** What our own processes say to each other and keep in files, damaged in any way. */
import { writeFileSync } from 'node:fs';
import { readPidFile } from '@ts-heartbeat/platform/pidfile';
import { GENERATION_MAX, nextGeneration } from 'ts-heartbeat/generation';
import { decodeReply } from 'ts-heartbeat/runnerreply';
import { nodeUuid, UUID_BYTES } from 'ts-heartbeat/uuid';
import { decodeRequest } from 'ts-resource-runner/decode';
import { Journal } from 'ts-resource-runner/journal';
import { bootId } from 'ts-resource-runner/leader';
import { scratchFile } from '../scratch.js';
import { asBuffer, claim, claimSame, type Target } from '../target.js';

/** The value of a line; undefined where it is no JSON, which ends the conversation. */
function jsonOf(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(asBuffer(bytes).toString());
  } catch {
    return undefined;
  }
}

const ENVIRONMENT = { HA_CURHOST: 'alpha', HA_STOPRETRYMAX: '1' };

export const RUNNER_REQUESTS: Target = {
  name: 'runner-requests',
  tokens: [
    '"op":',
    '"job":',
    '"kind":',
    '"environment":{}',
    '"id":',
    '__proto__',
    '\\u0000',
    '1e999',
  ],
  seeds: () =>
    [
      { op: 'hello', localNode: 'alpha', environment: ENVIRONMENT, orphanedAfter: 10, life: 'x' },
      { op: 'job', id: 1, job: { kind: 'takeOver', node: 'beta' }, environment: ENVIRONMENT },
      { op: 'job', id: 2, job: { kind: 'announce', share: 'all' }, environment: {} },
      {
        op: 'job',
        id: 3,
        job: { kind: 'standbyAcquire', share: 'all', except: ['a'] },
        environment: {},
      },
      { op: 'job', id: 4, job: { kind: 'giveGroup', key: '10.0.0.1' }, environment: {} },
      { op: 'held' },
    ].map((request) => JSON.stringify(request)),
  run(bytes) {
    const request = decodeRequest(jsonOf(bytes));
    if (request === null) return;
    const text = JSON.stringify(request);
    claimSame(JSON.stringify(decodeRequest(JSON.parse(text))), text, 'read otherwise');
    if (request.op !== 'hello' && request.op !== 'job') return;
    for (const [name, value] of Object.entries(request.environment)) {
      claim(/^[^=\0]+$/.test(name) && !value.includes('\0'), 'a variable that cannot be set');
    }
  },
};

export const RUNNER_REPLIES: Target = {
  name: 'runner-replies',
  tokens: ['"op":', '"outcome":', '"ok":true', '"failed":[]', '"groups":[]', '"severity":', '-0'],
  seeds: () =>
    [
      { op: 'ready', pid: 7 },
      { op: 'held', local: ['a'], foreign: [] },
      { op: 'done', id: 1, outcome: { ok: true, failed: [], groups: ['a'], stuck: [], local: [] } },
      { op: 'log', severity: 'info', text: 'text', tag: 'IPaddr' },
    ].map((reply) => JSON.stringify(reply)),
  run(bytes) {
    const reply = decodeReply(jsonOf(bytes));
    if (reply === undefined) return;
    const text = JSON.stringify(reply);
    claimSame(JSON.stringify(decodeReply(JSON.parse(text))), text, 'read otherwise');
  },
};

/** A file that is written with each input and read by its reader. */
function fileTarget(
  name: string,
  seeds: () => Iterable<Uint8Array | string>,
  read: (path: string, bytes: Uint8Array) => void,
): Target {
  return {
    name,
    seeds,
    run(bytes) {
      const path = scratchFile(name);
      writeFileSync(path, bytes);
      read(path, bytes);
    },
  };
}

export const GENERATION = fileTarget(
  'generation',
  () => ['              7\n', '999999999999999\n', '', 'x', ' 12\0'],
  (path) => {
    const generation = nextGeneration(path, 'file', 1_000_000, () => {});
    claim(Number.isSafeInteger(generation) && generation > 0, `generation ${generation}`);
    // Nothing greater fits the file: after it numbers begin at the clock again.
    if (generation === GENERATION_MAX) return;
    claimSame(
      nextGeneration(path, 'file', 1, () => {}),
      generation + 1,
      'the life after it',
    );
  },
);

export const UUID = fileTarget(
  'uuid',
  () => [new Uint8Array(16).fill(7), new Uint8Array(16), ''],
  (path) => {
    const uuid = nodeUuid(path, () => {});
    claim(uuid.length === UUID_BYTES && uuid.some((byte) => byte !== 0), 'no identity');
    claimSame([...nodeUuid(path, () => {})], [...uuid], 'another identity');
  },
);

export const PIDFILE = fileTarget(
  'pidfile',
  () => ['      1234\n', '1', '99999999999', '0\n', '12 13\n'],
  (path) => {
    const found = readPidFile(path);
    claim(found.kind === 'none' || (found.pid > 0 && Number.isSafeInteger(found.pid)), 'no pid');
  },
);

export const JOURNAL: Target = {
  name: 'journal',
  tokens: [
    '"plan":',
    '"held":',
    '"queue":',
    '"work":',
    '"hello":null',
    '"script":null',
    '"format":2',
  ],
  seeds: () => {
    const plan = {
      settings: { deadline: 1, statusDeadline: 1, stopPolicy: 'stay' },
      ...{ localNode: 'alpha', held: [], queue: [], work: null, done: [], orphaned: false },
    };
    const script = { token: 'x', process: null, until: 1, group: 'a', path: '/x', verb: 'start' };
    const entry = { format: 2, boot: bootId(), plan, hello: null, script };
    return [JSON.stringify(entry), JSON.stringify({ ...entry, boot: 'other' }), 'null', '{}'];
  },
  run(bytes) {
    writeFileSync(scratchFile('runner.journal'), bytes);
    const entry = new Journal(scratchFile('.')).read();
    claim(entry === null || typeof entry === 'object', 'no entry');
  },
};
