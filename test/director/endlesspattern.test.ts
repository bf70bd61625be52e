/** A `receive` pattern whose search does not end: its server is down, and the others are watched. */
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { playVector } from '../ldirectord/box.js';
import { underTest } from '../ldirectord/program.js';
import type { Vector } from '../ldirectord/vector.js';

const { program, dispose } = underTest();
after(dispose);

const SERVICE = '-A -t 10.255.0.1:80 -s rr';
const inService = (real: number) => `-a -t 10.255.0.1:80 -r 10.0.0.${real}:80 -g -w 1`;

/** Not quick by its looks, so that it is searched for in a thread; it is there. */
const HONEST = '(?:ab?)+c$';
const ENDLESS = '(a+)+$';

const VECTOR: Vector = {
  name: 'endless-pattern',
  title: 'a search that does not end keeps no server from being watched',
  config: [
    'checktimeout=2',
    'negotiatetimeout=2',
    'checkinterval=1',
    'logfile="/var/log/ldirectord.log"',
    'quiescent=no',
    'virtual=10.255.0.1:80',
    `\treal=10.0.0.1:80 gate 1 "index.html", "${HONEST}"`,
    '\treal=10.0.0.2:80 gate 1 "index.html", "plain"',
    `\treal=10.0.0.3:80 gate 1 "index.html", "${ENDLESS}"`,
    '\tservice=http',
    '\tscheduler=rr',
    '',
  ].join('\n'),
  backends: [
    { id: 'honest', ip: '10.0.0.1', port: 80, kind: 'http', body: 'abaabc' },
    { id: 'plain', ip: '10.0.0.2', port: 80, kind: 'http', body: 'plain' },
    { id: 'endless', ip: '10.0.0.3', port: 80, kind: 'http', body: `${'a'.repeat(5000)}!` },
  ],
  events: [
    { name: 'start', run: ['start'], settle: 4 },
    { name: 'steady', settle: 5 },
    { name: 'plain refused', backend: { plain: { state: 'refuse' } }, settle: 2 },
    { name: 'honest wrong', backend: { honest: { body: 'abaab' } }, settle: 3 },
    { name: 'honest right', backend: { honest: { body: 'abc' } }, settle: 3 },
    { name: 'endless right', backend: { endless: { body: 'aaa' } }, settle: 4 },
    { name: 'stop', run: ['stop'], settle: 2 },
  ],
  expected: { phases: [] },
};

test(VECTOR.title, async () => {
  const both = [SERVICE, inService(1), inService(2)];
  const tables = [
    both,
    both,
    [SERVICE, inService(1)],
    [SERVICE],
    [SERVICE, inService(1)],
    [SERVICE, inService(1), inService(3)],
    [],
  ];
  const phases = await playVector(program, VECTOR, tables);
  assert.deepEqual(
    phases.map(({ table_save }) => table_save),
    tables,
  );
});
