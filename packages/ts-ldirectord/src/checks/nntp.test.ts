/** The check of nntp. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { listen } from './nntp.js';
import { sameHoweverCut } from './said.fixture.js';
import { scripted } from './script.fixture.js';
import { allClosed, check, negotiate, PATIENCE } from './server.fixture.js';

test('a banner that begins with 2 is enough, and nothing is said', async () => {
  for (const [banner, up] of [
    ['200 news.test\r\n', true],
    ['201 no posting', true],
    ['2', true],
    ['400 busy\r\n', false],
    [' 200\r\n', false],
  ] as const) {
    const server = await scripted(banner, []);
    const result = await check(negotiate(server.port, { service: 'nntp', timeout: PATIENCE }));
    assert.equal(result.up, up, banner);
    assert.deepEqual(server.heard, []);
    await allClosed(server);
  }
});

test('banners are the same however they are cut', () => sameHoweverCut(['200 ', '4', '2'], listen));
