/** The command line: what genuine takes, and what it says of the rest. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Arguments, parseArguments } from './arguments.js';

function words(line: string): Arguments {
  return parseArguments(line.split(' ').filter((word) => word !== ''));
}

test('one word is a verb, two are a file and a verb, more are ignored', () => {
  assert.deepEqual(words('start'), {
    kind: 'run',
    debug: false,
    named: { file: 'ldirectord.cf', name: 'ldirectord' },
    verb: 'start',
    words: ['start'],
  });
  const named = words('-- /etc/ha.d/www.cf force-reload junk');
  assert.equal(named.kind === 'run' && named.verb, 'force-reload');
  assert.deepEqual(named.kind === 'run' && named.named, {
    file: '/etc/ha.d/www.cf',
    name: 'www.cf',
  });
  const dash = words('- status');
  assert.equal(dash.kind === 'run' && dash.named.file, '-');
  assert.equal(words('www.cf').kind, 'usage');
  assert.equal(words('www.cf begin').kind, 'usage');
  assert.equal(words('').kind, 'usage');
  assert.equal(words('status -d').kind, 'usage');
});

test('options come first, are bundled by letter, and never abbreviated', () => {
  const debug = words('-d x.cf stop');
  assert.equal(debug.kind === 'run' && debug.debug, true);
  assert.equal(words('--DEBUG stop').kind, 'run');
  assert.equal(words('-dh').kind, 'help');
  assert.equal(words('-?').kind, 'help');
  assert.deepEqual(words('-v'), { kind: 'version', long: false });
  assert.deepEqual(words('--version'), { kind: 'version', long: true });
});

test('each wrong option gives a complaint of its own', () => {
  const complaints = (line: string) => {
    const found = words(line);
    return found.kind === 'usage' ? found.complaints : undefined;
  };
  assert.deepEqual(complaints('-x'), ['Unknown option: x']);
  assert.deepEqual(complaints('-xdz status'), ['Unknown option: x', 'Unknown option: z']);
  assert.deepEqual(complaints('--deb stop'), ['Unknown option: deb']);
  assert.deepEqual(complaints('-D'), ['Unknown option: D']);
  assert.deepEqual(complaints('--debug=1'), ['Option debug does not take an argument']);
});
