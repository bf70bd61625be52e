/** Times, booleans and numbers of ha.cf, as the C library of heartbeat 3.0.6 reads them. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseBoolean, parseInteger, parseTime } from './values.js';

/** By cl_get_msec of libplumb 1.0.12. */
const TIMES: readonly (readonly [string, number | undefined])[] = [
  ['1', 1000],
  ['1.5', 1500],
  ['.5', 500],
  ['5.', 5000],
  ['1.2.3', 1200],
  ['1.2.3ms', 1],
  ['1.5.ms', 2],
  ['..5', 0],
  ['.', 0],
  ['', 0],
  ['0.0005', 1],
  ['0.0004', 0],
  ['0.0025', 3],
  ['0.99949', 999],
  ['1500ms', 1500],
  ['1MSec', 1],
  ['1msfoo', 1],
  ['1.999ms', 2],
  ['0.49ms', 0],
  ['1500us', 2],
  ['1499uS', 1],
  ['99999999999', 99_999_999_999_000],
  ['9999999999999999999999', undefined],
  ['12345678901234567890ms', undefined],
  ['1e2', undefined],
  ['1s', undefined],
  ['1m', undefined],
  ['-1', undefined],
  ['+1', undefined],
  ['abc', undefined],
  ['ms', undefined],
  ['0x10', undefined],
];

test('times are rounded to whole milliseconds', () => {
  for (const [text, millis] of TIMES) assert.equal(parseTime(text), millis, text);
});

test('booleans are five words each, in any case', () => {
  for (const word of ['true', 'oN', 'YES', 'y', '1']) assert.equal(parseBoolean(word), true);
  for (const word of ['false', 'Off', 'NO', 'n', '0']) assert.equal(parseBoolean(word), false);
  for (const word of ['', 't', '2', '01', 'truex']) assert.equal(parseBoolean(word), undefined);
});

test('numbers are the leading digits, cut to 32 bits', () => {
  const numbers: readonly (readonly [string, number])[] = [
    ['12x', 12],
    ['010', 10],
    ['0x10', 0],
    ['+3', 3],
    ['-3', -3],
    ['', 0],
    ['abc', 0],
    ['4294967297', 1],
    ['4294967295', -1],
    ['99999999999', 1215752191],
    ['99999999999999999999', -1],
    [`${'0'.repeat(5000)}7`, 7],
    ['9'.repeat(5000), -1],
  ];
  for (const [text, number] of numbers) assert.equal(parseInteger(text), number, text);
});
