/** The address that a request asks for. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { parseUrl, resolveLocation } from './url.js';

test('a URL is taken apart as it is written', () => {
  for (const [text, authority, host, port, path] of [
    ['http://10.0.0.1:80/test.html', '10.0.0.1:80', '10.0.0.1', 80, '/test.html'],
    ['https://[2001:db8::1]/a?b=c#d', '[2001:db8::1]', '2001:db8::1', 443, '/a?b=c'],
    ['HTTP://user:pw@www.x.test', 'www.x.test', 'www.x.test', 80, '/'],
    ['http://x:8080?q', 'x:8080', 'x', 8080, '/?q'],
    ['http://x/a b/\xe9%20|', 'x', 'x', 80, '/a%20b/%E9%20%7C'],
    ['http://x/a/../b', 'x', 'x', 80, '/a/../b'],
  ] as const) {
    const url = parseUrl(text);
    assert.deepEqual(
      [url?.authority, url?.host, url?.port, url?.path],
      [authority, host, port, path],
    );
  }
});

test('what is no URL of ours is refused', () => {
  for (const text of ['', 'ftp://x/', 'http://', 'http://x:99999/', 'http://[::1/', '/x']) {
    assert.equal(parseUrl(text), undefined, text);
  }
});

test('a host with characters that no header can hold is none', () => {
  const base = parseUrl('http://x/');
  assert.ok(base !== undefined);
  for (const host of ['\x01', 'a\0b', 'a\x1f', '[::1%\x7f]', 'a\nb']) {
    assert.equal(parseUrl(`http://${host}/`), undefined);
    assert.equal(resolveLocation(base, `//${host}:1/`), undefined);
  }
});

test('a location is resolved against the URL that gave it', () => {
  const base = parseUrl('http://x:81/a/b/c?d');
  assert.ok(base !== undefined);
  for (const [location, expected] of [
    ['https://y/z', 'https://y/z'],
    ['//y/z', 'http://y/z'],
    ['/z?q', 'http://x:81/z?q'],
    ['z', 'http://x:81/a/b/z'],
    ['./z', 'http://x:81/a/b/z'],
    ['../z', 'http://x:81/a/z'],
    ['../../../z', 'http://x:81/z'],
    ['..', 'http://x:81/a/'],
    ['?q', 'http://x:81/a/b/c?q'],
  ] as const) {
    const url = resolveLocation(base, location);
    assert.equal(`${url?.scheme}://${url?.authority}${url?.path}`, expected, location);
  }
  assert.equal(resolveLocation(base, 'mailto:x'), undefined);
});

test('nothing that a server may send makes it throw', () => {
  const base = parseUrl('http://x/');
  assert.ok(base !== undefined);
  fc.assert(
    fc.property(fc.oneof(fc.string(), fc.webUrl(), fc.webPath()), (text) => {
      resolveLocation(base, text);
      parseUrl(text);
    }),
    { numRuns: 500 },
  );
});
