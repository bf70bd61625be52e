/** Tests of the forms of a log line, against lines printed by the genuine programs. */
import assert from 'node:assert/strict';
import test from 'node:test';
import fc from 'fast-check';
import {
  clusterLine,
  clusterSyslogLine,
  directorLine,
  directorSyslogLine,
  printable,
  supervisedLine,
  TEXT_LENGTH_MAX,
} from './logline.js';
import { SEVERITY_NUMBER, SEVERITY_WORD, type Severity } from './severity.js';

const at = new Date(2026, 10, 2, 4, 9, 5);
const entry = { severity: 'warn', text: 'node backup: is dead', at } as const;
const who = { tag: 'heartbeat', pid: 19, host: 'loadbalancer' };

test('logfile lines with syslogmsgfmt true', () => {
  assert.equal(
    clusterLine(who, true)(entry),
    'Nov  2 04:09:05 loadbalancer heartbeat: [19]: WARN: node backup: is dead',
  );
});

test('logfile lines with syslogmsgfmt false', () => {
  assert.equal(
    clusterLine({ ...who, tag: 'ipfail' }, false)({ ...entry, severity: 'info' }),
    'ipfail[19]: 2026/11/02_04:09:05 info: node backup: is dead',
  );
});

test('what goes to syslog', () => {
  assert.equal(
    clusterSyslogLine(who)(entry),
    'Nov  2 04:09:05 heartbeat: [19]: WARN: node backup: is dead',
  );
  assert.equal(
    directorSyslogLine({ ...who, tag: 'ldirectord' })(entry),
    'Nov  2 04:09:05 ldirectord[19]: node backup: is dead',
  );
});

test('ldirectord lines', () => {
  assert.equal(
    directorLine('ldirectord.cf', 19)(entry),
    '[Mon Nov  2 04:09:05 2026|ldirectord.cf|19] node backup: is dead',
  );
  assert.equal(supervisedLine()(entry), '[Mon Nov  2 04:09:05 2026] node backup: is dead');
});

test('the words of the severities are those of the genuine program', () => {
  const order = Object.keys(SEVERITY_NUMBER).map((name) => SEVERITY_WORD[name as Severity]);
  assert.deepEqual(order, [
    ...['EMERG', 'ALERT', 'CRIT', 'ERROR', 'WARN'],
    ...['notice', 'info', 'debug'],
  ]);
});

test('a printable text has no terminal sequences and a limited length', () => {
  assert.equal(printable('a\tb\nc\u001b[2Jd\u0000'), 'a\tb\nc?[2Jd?');
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 6000 }), (text) => {
      const shown = printable(text);
      assert.ok(shown.length <= TEXT_LENGTH_MAX);
      assert.doesNotMatch(shown, /[^\P{Cc}\n\t]/u);
    }),
    { numRuns: 30 },
  );
});
