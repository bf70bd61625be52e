/** The ports of /etc/services. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { parseServices } from './services.js';

test('names and aliases, by protocol or by any', () => {
  const port = parseServices(
    [
      '# Network services',
      'domain\t\t53/tcp\t\t\t\t# Domain Name Server',
      'domain\t\t53/udp',
      'http\t\t80/tcp\t\twww # WorldWideWeb HTTP',
      'odd 1/udp twice twice',
      'twice 2/udp',
      'huge 99999/tcp',
      'broken',
    ].join('\n'),
  );
  assert.equal(port('domain', 'udp'), 53);
  assert.equal(port('www', 'tcp'), 80);
  assert.equal(port('www'), 80);
  assert.equal(port('http', 'udp'), undefined);
  assert.equal(port('twice', 'udp'), 1);
  assert.equal(port('huge'), undefined);
  assert.equal(port('HTTP'), undefined);
});

test('any text', () => {
  fc.assert(
    fc.property(fc.string({ maxLength: 200 }), (text) => {
      assert.equal(parseServices(text)('__proto__'), undefined);
    }),
  );
});
