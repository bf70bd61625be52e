/** Tests of the restraint in complaining. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { COMPLAINT_INTERVAL, Complaint } from './complaint.js';

test('the same trouble is told once an interval, with the number of lines kept back', () => {
  const lines: string[] = [];
  let now = 1000;
  const complaint = new Complaint(
    (severity, text) => lines.push(`${severity}: ${text}`),
    () => now,
  );
  complaint.say('error', 'no cable');
  complaint.say('error', 'no cable');
  complaint.say('error', 'no cable');
  now += COMPLAINT_INTERVAL;
  complaint.say('error', 'no cable');
  assert.deepEqual(lines, ['error: no cable', 'error: no cable (2 more since the last such line)']);
});

test('trouble that was over is told at once when it comes back', () => {
  const lines: string[] = [];
  const complaint = new Complaint(
    (_severity, text) => lines.push(text),
    () => 5,
  );
  assert.equal(complaint.over(), false);
  complaint.say('warn', 'down');
  assert.equal(complaint.over(), true);
  complaint.say('warn', 'down');
  assert.deepEqual(lines, ['down', 'down']);
});
