/** The history of what was sent: which numbers are kept, and what became of the others. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Message } from '../message/message.js';
import { EMPTY_HISTORY, fillOf, HISTORY_MAX, isOvertaken, recall, remember } from './history.js';

function historyOf(count: number): typeof EMPTY_HISTORY {
  let history = EMPTY_HISTORY;
  for (let seq = 1; seq <= count; seq += 1) {
    history = remember(history, Message.of({ t: seq === 7 ? 'resource' : 'status', n: `${seq}` }));
  }
  return history;
}

function wordOf(count: number, seq: number): string | undefined {
  const answer = recall(historyOf(count), seq, 0);
  return answer.kind === 'send' ? answer.message.get('n') : answer.kind;
}

test('of every length exactly the newest messages are kept, each under its number', () => {
  for (const count of [1, 31, 32, 33, 64, 65, 499, 500, 501, 531, 532, 533, 1100]) {
    const oldest = Math.max(1, count - HISTORY_MAX + 1);
    for (const seq of [oldest, Math.ceil((oldest + count) / 2), count - 1, count]) {
      if (seq > 0) assert.equal(wordOf(count, seq), `${seq}`, `${seq} of ${count}`);
    }
    assert.equal(wordOf(count, oldest - 1), 'too low');
    assert.equal(wordOf(count, 0), 'too low');
    assert.equal(wordOf(count, count + 1), 'too high');
  }
});

test('what lies there has a bound', () => {
  let history = EMPTY_HISTORY;
  for (let sent = 1; sent < 1200; sent += 1) {
    history = remember(history, Message.of({ t: 'status' }));
    const { count, limit } = fillOf(history);
    assert.ok(count <= limit && count >= Math.min(sent, HISTORY_MAX));
  }
});

test('a message is overtaken when a later one of its type is kept', () => {
  const history = historyOf(40);
  assert.equal(isOvertaken(history, 6, 'resource'), true);
  assert.equal(isOvertaken(history, 7, 'resource'), false);
  assert.equal(isOvertaken(history, 39, 'status'), true);
  assert.equal(isOvertaken(history, 40, 'status'), false);
});
