/** Stands for ipvsadm in the box: keeps its table in a file and notes each call. */
import {
  appendFileSync,
  closeSync,
  openSync,
  readFileSync,
  readSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { argv, stderr, stdout } from 'node:process';
import type { Call } from './calls.js';
import { type Contents, KernelTable } from './kerneltable.js';
import { CALLS, LOCK, TABLE } from './places.js';

/** A call takes milliseconds; whoever holds the lock longer has died. */
const LOCK_TRIES_MAX = 2000;
const LOCK_POLL_MS = 5;

function lock(): void {
  const cell = new Int32Array(new SharedArrayBuffer(4));
  for (let tries = 0; ; tries += 1) {
    try {
      closeSync(openSync(LOCK, 'wx'));
      return;
    } catch (error) {
      if (tries >= LOCK_TRIES_MAX) throw error;
      Atomics.wait(cell, 0, 0, LOCK_POLL_MS);
    }
  }
}

/** Standard input to its end. What feeds it may be busy with something else in between. */
function input(): string {
  const cell = new Int32Array(new SharedArrayBuffer(4));
  const chunk = Buffer.alloc(64 * 1024);
  const chunks: Buffer[] = [];
  for (let tries = 0; ; ) {
    try {
      const length = readSync(0, chunk);
      if (length === 0) return Buffer.concat(chunks).toString();
      chunks.push(Buffer.from(chunk.subarray(0, length)));
    } catch (error) {
      const isEmpty = (error as NodeJS.ErrnoException).code === 'EAGAIN';
      if (!isEmpty || ++tries > LOCK_TRIES_MAX) throw error;
      Atomics.wait(cell, 0, 0, LOCK_POLL_MS);
    }
  }
}

function contents(): Contents {
  try {
    return JSON.parse(readFileSync(TABLE, 'utf8'));
  } catch {
    return {};
  }
}

const words = argv.slice(2);
const rules = words.includes('-R') ? input() : '';
lock();
const table = new KernelTable(contents());
const answer = table.call(words, () => rules);
writeFileSync(`${TABLE}.new`, JSON.stringify(table.contents));
renameSync(`${TABLE}.new`, TABLE);
const call: Call = {
  at: performance.timeOrigin,
  ms: performance.now(),
  words,
  code: answer.code,
  rules: rules.split('\n').filter((rule) => rule !== ''),
};
appendFileSync(CALLS, `${JSON.stringify(call)}\n`);
rmSync(LOCK);
stdout.write(answer.stdout);
stderr.write(answer.stderr);
process.exitCode = answer.code;
