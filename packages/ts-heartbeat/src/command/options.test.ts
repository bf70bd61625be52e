/** Tests of the command line. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Options, parseOptions } from './options.js';

const PLAIN: Options = {
  task: 'start',
  debug: 0,
  verbose: false,
  foreground: false,
  unmanaged: false,
  ordinary: false,
  crashes: 0,
  reporting: false,
};

test('options stand alone or together, and other words are passed over', () => {
  assert.deepEqual(parseOptions([]), PLAIN);
  assert.deepEqual(parseOptions(['foo', 'bar']), PLAIN);
  assert.deepEqual(parseOptions(['-ddlM', '-d', '-vf', 'foo']), {
    ...PLAIN,
    debug: 3,
    ordinary: true,
    unmanaged: true,
    verbose: true,
    foreground: true,
  });
  for (const [words, task] of [
    [['-k'], 'stop'],
    [['-s', '-k'], 'stop'],
    [['-s'], 'status'],
    [['-r'], 'reload'],
    [['-R'], 'restart'],
    [['-R', '-C', 'local'], 'restart'],
    [['-RCall'], 'restart'],
    [['-R', '-C', 'bogus'], 'restart'],
    [['-rR'], 'restart'],
    [['-D', '-s'], 'defaults'],
    [['-DW'], 'wikiDefaults'],
    [['-V', '-s'], 'build'],
    [['--version'], 'version'],
  ] as const) {
    assert.deepEqual(parseOptions(words), { ...PLAIN, task }, words.join(' '));
  }
});

test('the daemon is told how its life begins', () => {
  assert.deepEqual(parseOptions(['-l', '--daemon', '--crashed=3']), {
    ...PLAIN,
    task: 'daemon',
    ordinary: true,
    crashes: 3,
  });
  assert.deepEqual(parseOptions(['--daemon', '--restarted', '--held=local']), {
    ...PLAIN,
    task: 'daemon',
    held: 'local',
  });
  assert.deepEqual(parseOptions(['--daemon', '--restarted=incomplete,failback', '--held=all']), {
    ...PLAIN,
    task: 'daemon',
    held: 'all',
    left: { incomplete: true, failback: true },
  });
});

test('the launcher says that it waits', () => {
  const given = parseOptions(['-M', '--daemon', '--reporting']);
  assert.deepEqual(given, { ...PLAIN, task: 'daemon', unmanaged: true, reporting: true });
});

test('wrong usage is refused with what getopt says', () => {
  assert.deepEqual(parseOptions(['-x']), { complaint: ["heartbeat: invalid option -- 'x'"] });
  assert.deepEqual(parseOptions(['--help']), {
    complaint: ['-', 'h', 'e', 'p'].map((letter) => `heartbeat: invalid option -- '${letter}'`),
  });
  assert.deepEqual(parseOptions(['-RC']), {
    complaint: ["heartbeat: option requires an argument -- 'C'"],
  });
  assert.deepEqual(parseOptions(['-C', 'local']), { complaint: [] });
  assert.deepEqual(parseOptions(['-x'], '/usr/lib/heartbeat/heartbeat'), {
    complaint: ["/usr/lib/heartbeat/heartbeat: invalid option -- 'x'"],
  });
});
