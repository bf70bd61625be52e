/** checktype=N, by either program: a page is asked for, then N connections are made, and again. */
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { playVector } from '../ldirectord/box.js';
import { underTest } from '../ldirectord/program.js';
import type { Vector } from '../ldirectord/vector.js';

const { program, dispose } = underTest();
after(dispose);

const IN_SERVICE = ['-A -t 10.255.0.1:80 -s rr', '-a -t 10.255.0.1:80 -r 10.0.0.1:80 -g -w 1'];

const VECTOR: Vector = {
  name: 'combined',
  title: 'three connects between two pages',
  config: [
    'checktimeout=3',
    'checkinterval=1',
    'logfile="/var/log/ldirectord.log"',
    'quiescent=no',
    'virtual=10.255.0.1:80',
    '\treal=10.0.0.1:80 gate',
    '\tservice=http',
    '\tchecktype=3',
    '\trequest="/"',
    '\treceive="well"',
    '\tscheduler=rr',
    '',
  ].join('\n'),
  backends: [{ id: 'a', ip: '10.0.0.1', port: 80, kind: 'http', body: 'well' }],
  events: [
    { name: 'start', run: ['start'], settle: 9 },
    { name: 'steady', settle: 9 },
    { name: 'wrong', backend: { a: { body: 'ill' } }, settle: 8 },
    { name: 'still wrong', settle: 3 },
    { name: 'well', backend: { a: { body: 'well' } }, settle: 8 },
    { name: 'refused', backend: { a: { state: 'refuse' } }, settle: 8 },
    { name: 'back', backend: { a: { state: 'up' } }, settle: 8 },
    { name: 'steady again', settle: 3 },
    { name: 'stop', run: ['stop'], settle: 3 },
  ],
  expected: { phases: [] },
};

test(VECTOR.title, async () => {
  const out = IN_SERVICE.slice(0, 1);
  const up = IN_SERVICE;
  const tables = [up, up, out, out, up, out, up, up, []];
  const phases = await playVector(program, VECTOR, tables);
  assert.deepEqual(
    phases.map(({ table_save }) => table_save),
    tables,
  );
  const seen = phases.map((phase) => phase.seen?.a ?? '');
  const [start = '', steady = '', wrong = '', stillWrong = '', well = '', , back = '', after = ''] =
    seen;
  const told = seen.join(' | ');
  assert.match(start + steady, /^(?:ACCC){2,}A?C{0,3}$/, told);
  // It is noticed when a page is asked for, and then asked for every time.
  assert.match(wrong + stillWrong, /^C{0,3}A{3,}$/, told);
  assert.match(well, /^A{1,2}C?$/, told);
  // A connection that fails is followed by a page as well.
  assert.match(back + after, /^AC{2,}/, told);
});
