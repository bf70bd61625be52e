/** What is a request and what is not. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { decodeRequest } from './decode.js';
import type { Request } from './protocol.js';

const name = fc.stringMatching(/^HA_[A-Za-z_]{1,8}$/);
const environment = fc.dictionary(
  name,
  fc.string().map((text) => text.replaceAll('\0', '')),
);
const share = fc.constantFrom('local', 'foreign', 'all');
const job = fc.oneof(
  fc.constantFrom({ kind: 'acquireOwn' }, { kind: 'findIdle' }),
  fc.constantFrom({ kind: 'findIdle', share: 'foreign' }, { kind: 'releaseAll' }),
  fc.record({ kind: fc.constant('takeOver'), node: fc.string() }),
  fc.record({ kind: fc.constantFrom('standbyRelease', 'standbyAcquire', 'announce'), share }),
  fc.record({ kind: fc.constantFrom('takeGroup', 'giveGroup'), key: fc.string() }),
);

test('every request comes out as it went in', () => {
  const request = fc.oneof(
    fc.constant({ op: 'held' }),
    fc.constant({ op: 'bye' }),
    fc.record({ op: fc.constant('job'), id: fc.nat(), job, environment }),
    fc.record(
      {
        op: fc.constant('hello'),
        localNode: fc.string(),
        environment,
        orphanedAfter: fc.nat(),
        life: fc.string(),
      },
      { requiredKeys: ['op', 'localNode', 'environment', 'orphanedAfter'] },
    ),
  );
  fc.assert(
    fc.property(request, (value) => {
      const sent: unknown = JSON.parse(JSON.stringify(value));
      assert.deepEqual(decodeRequest(sent), sent as Request);
    }),
  );
});

test('nothing makes the decoder throw', () => {
  fc.assert(fc.property(fc.jsonValue(), (value) => void decodeRequest(value)));
});

test('a request that cannot be carried out is refused', () => {
  for (const line of [
    '{"op":"job","id":-1,"job":{"kind":"releaseAll"},"environment":{}}',
    '{"op":"job","id":1,"job":{"kind":"takeOver"},"environment":{}}',
    '{"op":"job","id":1,"job":{"kind":"standbyRelease","share":"some"},"environment":{}}',
    '{"op":"job","id":1,"job":{"kind":"releaseAll"},"environment":{"a=b":"x"}}',
    '{"op":"job","id":1,"job":{"kind":"releaseAll"},"environment":{"a":"x\\u0000y"}}',
    '{"op":"hello","localNode":"a","environment":{},"orphanedAfter":"soon"}',
    '{"op":"hello","localNode":"a","environment":{},"orphanedAfter":1e999}',
    '[]',
    'null',
  ]) {
    assert.equal(decodeRequest(JSON.parse(line)), null, line);
  }
});
