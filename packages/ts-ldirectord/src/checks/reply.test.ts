/** Replies with three digits. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Conversation, TalkError, UP } from './conversation.js';
import { replyOf } from './reply.js';
import { Said, sameHoweverCut } from './said.fixture.js';

function replies(text: string): Promise<{ code: string; text: string }> {
  return replyOf(new Conversation(new Said([Buffer.from(text, 'latin1')])));
}

test('a reply ends where no dash follows its code', async () => {
  for (const [sent, text] of [
    ['220 ready\r\n', '220 ready'],
    ['220\n', '220'],
    ['220x\r\n', '220x'],
    ['220-a\r\n220-b\r\n220 c\r\n250 d\r\n', '220-a\n220-b\n220 c'],
    ['220-a\r\n b\r\n221 c\r\n2200\r\n220\r\n', '220-a\n b\n221 c\n2200\n220'],
  ] as const) {
    assert.deepEqual(await replies(sent), { code: '220', text });
  }
});

test('what is no reply, or not all of one, is refused', async () => {
  for (const sent of ['', '220 x', 'hello\r\n', '22\r\n', '220-a\r\n220-b\r\n']) {
    await assert.rejects(replies(sent), TalkError, sent);
  }
});

test('replies are the same however they are cut', () =>
  sameHoweverCut(['220-', '220 ', '\r\n', '\n', 'text'], async (server) => {
    await replyOf(server);
    return { ...UP, message: (await replyOf(server)).text };
  }));
