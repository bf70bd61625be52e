/** The whole grammar of ldirectord.cf, against recorded answers of the genuine program. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import type { Configuration, Virtual } from './config.js';
import { FILE_SIZE_MAX, LINE_LENGTH_MAX } from './lines.js';
import { TEST_MACHINE } from './machine.fixture.js';
import { CuriousMachine, machineOf, questionKey } from './machine.js';
import { parse } from './parse.js';
import { PROBLEMS_MAX, printProblem, upToFirstError } from './problem.js';

const FILE = '/etc/ha.d/ldirectord.cf';
const VECTORS = new URL('../../../../test/vectors/ldirectord/', import.meta.url);

interface Outcome {
  readonly exit: number;
  readonly stderr: string;
}

/** What `ldirectord status` would say: exit code 3 for a good file of a daemon that is not there. */
function outcomeOf(text: string): Outcome {
  const { configuration, problems } = parse(text, FILE, TEST_MACHINE);
  const lines = upToFirstError(problems).map((problem) => `${printProblem(problem, 1)}\n`);
  return { exit: configuration ? 3 : 2, stderr: lines.join('').replaceAll('[1]', '[PID]') };
}

function accepted(text: string): Configuration {
  const { configuration, problems } = parse(text, FILE, TEST_MACHINE);
  assert.ok(configuration, JSON.stringify(problems));
  return configuration;
}

/** The one virtual of a file. */
function virtual(...lines: readonly string[]): Virtual {
  const [found] = accepted(lines.join('\n')).virtuals;
  assert.ok(found);
  return found;
}

/** A virtual on port 80 with these directives. */
function block(...directives: readonly string[]): Virtual {
  return virtual('virtual=10.255.0.1:80', ...directives.map((line) => `\t${line}`));
}

function json(name: string): { readonly [name: string]: unknown } {
  return JSON.parse(readFileSync(new URL(name, VECTORS), 'utf8'));
}

/** Perl's own complaints about the genuine program. */
const NOISE = /^Use of uninitialized value .*\n/gm;

describe('recorded configurations', () => {
  test('are accepted or refused with the genuine words', () => {
    const rows = json('configurations.json').rows as (Outcome & {
      readonly config: string;
      readonly ours?: Outcome & { readonly why: string };
    })[];
    assert.ok(rows.length > 400);
    for (const { config, exit, stderr, ours } of rows) {
      const { why: _, ...wanted } = ours ?? { why: '', exit, stderr };
      assert.deepEqual(outcomeOf(config), wanted, config);
    }
  });

  test('of the list of bad ones give the genuine words', () => {
    const cases = json('90-bad-configs.json').cases as {
      readonly config?: string;
      readonly args?: readonly string[];
      readonly expected: Outcome;
    }[];
    const files = cases.filter(({ args }) => args === undefined);
    assert.equal(files.length, 48);
    for (const { config = '', expected } of files) {
      const wanted = { exit: expected.exit || 3, stderr: expected.stderr.replace(NOISE, '') };
      assert.deepEqual(outcomeOf(config), wanted, config);
    }
  });
});

describe('a whole file', () => {
  test('is the sample, also with everything in it in use', () => {
    const sample = new URL('../../samples/ldirectord.cf', import.meta.url);
    const text = readFileSync(sample, 'utf8');
    const all = text.replace(/^#(virtual6?=| {7}\w+=)/gm, (_, word) => word);
    assert.equal(accepted(text).virtuals.length, 1);
    assert.equal(accepted(all).virtuals.length, 5);
  });

  test('is read as the tutorial writes it', () => {
    const { globals, virtuals } = accepted(
      [
        '# Global Directives',
        'checktimeout=3',
        'checkinterval=1',
        'fallback=127.0.0.1:80',
        'autoreload=yes',
        'logfile="/var/log/ldirectord.log"',
        'quiescent=yes',
        '',
        'virtual=192.168.136.10:80',
        '        real=192.168.136.11:80  ipip',
        '        real=192.168.136.103:80 ipip',
        '        fallback=127.0.0.1:80   gate',
        '        service=http',
        '        request="test.html"',
        '        receive="Test Page"',
        '        scheduler=rr',
        '        protocol=tcp',
      ].join('\n'),
    );
    assert.deepEqual(globals, {
      checkInterval: 1000,
      autoreload: true,
      logfile: '/var/log/ldirectord.log',
      execute: [],
      supervised: false,
      fork: false,
      readdQuiescent: false,
      quiescentStated: true,
    });
    const [first] = virtuals;
    assert.equal(first?.id, 'tcp:192.168.136.10:80');
    assert.equal(first.quiescent, true);
    assert.equal(first.cleanstop, true);
    assert.equal(first.scheduler, 'rr');
    assert.equal(first.fallback?.name, '127.0.0.1:80');
    assert.deepEqual(
      first.reals.map(({ name, forwarding, weight, url, line }) => ({
        name,
        forwarding,
        weight,
        url,
        line,
      })),
      [
        {
          name: '192.168.136.11:80',
          forwarding: 'ipip',
          weight: 1,
          url: 'http://192.168.136.11:80/test.html',
          line: 10,
        },
        {
          name: '192.168.136.103:80',
          forwarding: 'ipip',
          weight: 1,
          url: 'http://192.168.136.103:80/test.html',
          line: 11,
        },
      ],
    );
    assert.ok(first.reals[0]?.receive?.regexp.test('This is a Test Page.'));
  });

  test('gives every problem with its place, in the order of the genuine program', () => {
    const { problems } = parse(
      'checkcount=2\nfoo=1\nvirtual=nosuch:80\n\treal = x gate\n\tchecktype=?\n  bar\n',
      FILE,
      TEST_MACHINE,
    );
    assert.deepEqual(
      problems.map(({ line, column, severity, code }) => [line, column, severity, code]),
      [
        [1, 12, 'warning', 'OBSOLETE_DIRECTIVE'],
        [2, 1, 'error', 'UNKNOWN_DIRECTIVE'],
        [5, 12, 'error', 'BAD_VALUE'],
        [3, 9, 'error', 'BAD_VIRTUAL'],
        [4, 9, 'error', 'BAD_REAL'],
        [6, 1, 'error', 'UNKNOWN_DIRECTIVE'],
      ],
    );
  });

  test('tells where the log goes when the first error comes', () => {
    const text = 'logfile="local0"\nsupervised=yes\nfoo\nsupervised=no\nlogfile="/x"\n';
    const { log } = parse(text, FILE, TEST_MACHINE);
    assert.deepEqual(log, { logfile: 'local0', supervised: true });
  });
});

describe('values', () => {
  test('the timeouts stand in for each other, those of the virtual first', () => {
    const timeouts = (globals: string, directives: readonly string[]) => {
      const { check } = virtual(
        globals,
        'virtual=10.255.0.1:80',
        '\tscheduler=rr',
        ...directives.map((line) => `\t${line}`),
      );
      return [check.checkTimeout, check.negotiateTimeout];
    };
    assert.deepEqual(timeouts('', []), [5000, 30_000]);
    assert.deepEqual(timeouts('checktimeout=3', []), [3000, 3000]);
    assert.deepEqual(timeouts('negotiatetimeout=4', []), [4000, 4000]);
    assert.deepEqual(timeouts('checktimeout=3', ['negotiatetimeout=7']), [7000, 7000]);
    assert.deepEqual(timeouts('negotiatetimeout=4', ['checktimeout=2']), [2000, 2000]);
    assert.deepEqual(timeouts('', ['checktimeout=2', 'negotiatetimeout=7']), [2000, 7000]);
  });

  test('the port says the service and the protocol, unless they are written', () => {
    const of = (target: string, ...directives: readonly string[]) => {
      const { check, id } = virtual(
        `virtual=${target}`,
        '\tscheduler=rr',
        ...directives.map((line) => `\t${line}`),
      );
      return [id, check.service];
    };
    assert.deepEqual(of('10.0.0.1:53'), ['udp:10.0.0.1:53', 'dns']);
    assert.deepEqual(of('somehost:domain', 'protocol=tcp'), ['tcp:10.9.9.9:53', 'dns']);
    assert.deepEqual(of('10.0.0.1:443', 'service=none'), ['tcp:10.0.0.1:443', 'none']);
    assert.deepEqual(of('10.0.0.1:81'), ['tcp:10.0.0.1:81', 'none']);
    assert.deepEqual(of('17'), ['fwm:17', 'none']);
  });

  test('ftp and sip bring logins only when they are written', () => {
    const login = (...lines: readonly string[]) => {
      const { check } = virtual(...lines);
      return [check.login, check.password];
    };
    const self = 'ldirectord@director.test';
    assert.deepEqual(login('virtual=10.0.0.1:21', '\tscheduler=rr'), ['', '']);
    assert.deepEqual(login('virtual=10.0.0.1:9', '\tservice=ftp'), ['anonymous', self]);
    assert.deepEqual(login('virtual=10.0.0.1:9', '\tservice=sip'), [self, '']);
    assert.deepEqual(login('virtual=10.0.0.1:9', '\tlogin="x"', '\tservice=ftp'), ['x', self]);
  });

  test('a per-real request and pattern count with and without a slash', () => {
    const { reals } = block(
      'request="all.html"',
      'receive="All"',
      'real=10.0.0.1:80 gate 5 "a.html", "Alpha"',
      'real=10.0.0.2:80 gate "/b.html" "Beta" l:3 u:9',
      'real=10.0.0.3:80 gate 5 "http://other/c.html","" ',
      'real=10.0.0.4:80 gate',
    );
    assert.deepEqual(
      reals.map(({ request, receive, url }) => [request, receive?.source, url]),
      [
        ['/a.html', 'Alpha', 'http://10.0.0.1:80/a.html'],
        ['/b.html', 'Beta', 'http://10.0.0.2:80/b.html'],
        ['/http://other/c.html', undefined, 'http://other/c.html'],
        ['/all.html', 'All', 'http://10.0.0.4:80/all.html'],
      ],
    );
    assert.deepEqual([reals[1]?.lowerThreshold, reals[1]?.upperThreshold], [3, 9]);
  });

  test('the checked port is checkport, the port of the real, or that of the service', () => {
    const ports = (...lines: readonly string[]) =>
      virtual('virtual=1', ...lines.map((line) => `\t${line}`)).reals.map(
        ({ checkPort }) => checkPort,
      );
    const reals = ['real=10.0.0.1 gate', 'real=10.0.0.2:8080 gate'];
    assert.deepEqual(ports('service=http', ...reals), [80, 8080]);
    assert.deepEqual(ports('checkport=81', ...reals), [81, 81]);
    assert.deepEqual(ports(...reals), [0, 8080]);
  });

  test('a range is spread out over the octets', () => {
    const { reals } = block('real=10.0.0.254->10.0.1.1:80 masq 3');
    const names = reals.map(({ name }) => name);
    assert.deepEqual(names, ['10.0.0.254:80', '10.0.0.255:80', '10.0.1.0:80', '10.0.1.1:80']);
    const huge = parse('virtual=1\n\treal=1.0.0.0->9.0.0.0 gate\n', FILE, TEST_MACHINE);
    assert.match(huge.problems[0]?.text ?? '', /too many addresses/);
  });

  test('the global fallback gets the port of the virtual where it has none', () => {
    const fallback = (global: string, target: string) =>
      virtual(global, `virtual=${target}`, '\tscheduler=rr').fallback?.name;
    assert.equal(fallback('fallback=somehost', '10.0.0.1:8080'), '10.9.9.9:8080');
    assert.equal(fallback('fallback=somehost:domain', '10.0.0.1:80'), '10.9.9.9:53');
    assert.equal(fallback('fallback=127.0.0.1:80', '5'), '127.0.0.1:80');
    assert.equal(fallback('fallback=127.0.0.1', '5'), '127.0.0.1:0');
    assert.equal(fallback('fallback6=[::1]:80', '5'), undefined);
  });

  test('a virtual overrides what the globals say', () => {
    const { virtuals } = accepted(
      [
        'quiescent=yes\ncleanstop=no\nfailurecount=4\nemailalert="a@b"\nemailalertfreq=60',
        'emailalertstatus=starting,running\nfallbackcommand="x" y',
        'virtual=10.0.0.1:80\n\tscheduler=rr',
        'virtual=10.0.0.2:80\n\tquiescent=no\n\tcleanstop=yes\n\tfailurecount=2',
        '\temailalert=c@d\n\temailalertfreq=0\n\temailalertstatus=none\n\tfallbackcommand="z"',
      ].join('\n'),
    );
    const said = virtuals.map(({ quiescent, cleanstop, check, alerts, fallbackCommand }) => ({
      quiescent,
      cleanstop,
      failureCount: check.failureCount,
      to: alerts.to,
      frequency: alerts.frequency,
      statuses: [...alerts.statuses],
      fallbackCommand,
    }));
    assert.deepEqual(said, [
      {
        quiescent: true,
        cleanstop: false,
        failureCount: 4,
        to: 'a@b',
        frequency: 60_000,
        statuses: ['starting', 'running'],
        fallbackCommand: '"x" y',
      },
      {
        quiescent: false,
        cleanstop: true,
        failureCount: 2,
        to: 'c@d',
        frequency: 0,
        statuses: [],
        fallbackCommand: 'z',
      },
    ]);
  });

  test('the default of quiescent is no, and known to be a default', () => {
    const text = 'virtual=10.0.0.1:80\n\tscheduler=rr\n';
    assert.equal(accepted(text).globals.quiescentStated, false);
    assert.equal(virtual(text).quiescent, false);
    assert.equal(accepted(`quiescent=no\n${text}`).globals.quiescentStated, true);
    assert.equal(accepted(`${text}\tquiescent=no\n`).globals.quiescentStated, true);
  });

  test('checks are the same for reals that differ in nothing a check can see', () => {
    const identity = (...directives: readonly string[]) =>
      block(...directives).reals[0]?.checkIdentity;
    const real = 'real=10.0.0.1:80 gate';
    assert.equal(identity(real), identity(real, 'scheduler=rr', 'quiescent=yes'));
    for (const other of ['virtualhost=x', 'checkport=81', 'checktype=connect', 'request="x"']) {
      assert.notEqual(identity(real), identity(real, other), other);
    }
    assert.notEqual(identity(real), identity('real=10.0.0.1:80 gate 2'));
    assert.notEqual(identity(real), identity('real=10.0.0.1:80 masq'));
  });

  test('monitor files call a check what ldirectord 4.12 calls it', () => {
    const called = (...directives: readonly string[]) => block(...directives).reals[0]?.monitorName;
    assert.equal(
      called('real=10.0.0.1:80 gate', 'service=http', 'request="test.html"', 'receive="a:\\d"'),
      'negotiate http tcp 10.0.0.1 80 1 gate /test.html a d',
    );
    assert.equal(
      called('real=10.0.0.1:80 masq 3', 'checktype=connect', 'virtualhost=www.example.com'),
      'connect tcp 10.0.0.1 80 www.example.com 3 masq / ',
    );
  });

  test('an unusable pattern is an error only where a check needs it', () => {
    const text = (type: string) => `virtual=10.0.0.1:80\n\tchecktype=${type}\n\treceive="("\n`;
    assert.equal(
      outcomeOf(text('negotiate')).stderr,
      `Error [PID] reading file ${FILE} at line 3: invalid receive string: unmatched (\n`,
    );
    assert.equal(outcomeOf(text('connect')).exit, 3);
    assert.match(outcomeOf(text('connect')).stderr, /^Warning /);
  });

  test('no time is longer than a timer can wait', () => {
    const { check } = block(`checktimeout=${'9'.repeat(400)}`);
    assert.equal(check.checkTimeout, 2_147_483_000);
  });
});

describe('limits', () => {
  test('a line or a file beyond every use is refused', () => {
    const long = parse(`comment${'x'.repeat(LINE_LENGTH_MAX)}\n`, FILE, TEST_MACHINE);
    assert.deepEqual([long.problems[0]?.code, long.problems[0]?.line], ['TOO_LARGE', 1]);
    const big = parse('\n'.repeat(FILE_SIZE_MAX + 1), FILE, TEST_MACHINE);
    assert.deepEqual([big.problems[0]?.code, big.problems[0]?.line], ['TOO_LARGE', 0]);
  });

  test('the first error is kept whatever went before', () => {
    const text = `${'checkcount=2\n'.repeat(PROBLEMS_MAX + 5)}foo=1\nbar=2\n`;
    const { problems } = parse(text, FILE, TEST_MACHINE);
    assert.equal(problems.length, PROBLEMS_MAX);
    assert.equal(problems.at(-1)?.text, 'Unknown command foo=1\n ');
  });

  test('what takes a pattern longest is read in time', () => {
    const lines = [
      `\treal=${'a'.repeat(4000)}! gate`,
      `\treal=10.0.0.1:80 gate ${' "x'.repeat(1300)}`,
      `\treal=10.0.0.1:80 gate "a"${' '.repeat(4000)}x`,
      `\treal=10.0.0.1:80 gate${' '.repeat(4000)}x`,
      `\treal=${'['.repeat(4000)}`,
      `\tfallback=${':a'.repeat(2000)}!`,
      `\treceive="${'('.repeat(4000)}"`,
      `\treceive="${'a{1,2}'.repeat(600)}"`,
    ];
    const began = performance.now();
    parse(`virtual=10.0.0.1:80\n${lines.join('\n')}\n`, FILE, TEST_MACHINE);
    assert.ok(performance.now() - began < 1000);
  });
});

describe('any text', () => {
  const WORDS = [
    ...['virtual', 'virtual6', 'real', 'real6', 'fallback', 'fallback6', 'request', 'receive'],
    ...['checktype', 'checktimeout', 'service', 'protocol', 'supervised', 'logfile', 'execute'],
    ...['netmask', 'persistent', 'emailalertstatus', 'monitorfile', 'quiescent', '10.0.0.1:80'],
    ...['[2001:db8::1]:80', '10.0.0.1->10.0.0.9', 'gate', 'masq', 'yes', 'no', '"', '"a"', '#'],
    ...['=', ' ', '\t', '\n', '\n\t', '\n    ', '\r\n', ',', ':', 'l:3', 'u:9', '5', 'nosuch'],
    ...['(', '[', '(?i)', '\\', '\xff', '\0'],
  ];
  const text = fc.oneof(
    fc.string({ maxLength: 400, unit: 'binary' }),
    fc.array(fc.constantFrom(...WORDS), { maxLength: 120 }).map((words) => words.join('')),
  );

  test('gives a configuration exactly when it gives no error, and never throws', () => {
    fc.assert(
      fc.property(text, (sample) => {
        const { configuration, problems } = parse(sample, FILE, TEST_MACHINE);
        const errors = problems.filter(({ severity }) => severity === 'error');
        assert.equal(configuration === undefined, errors.length > 0);
        const lines = sample.split('\n').length;
        assert.ok(problems.every(({ line }) => line >= 0 && line <= lines));
        const ids = configuration?.virtuals.map(({ id }) => id) ?? [];
        assert.equal(new Set(ids).size, ids.length);
      }),
      { numRuns: 3000 },
    );
  });

  test('asks of the machine nothing that a curious reading did not ask', () => {
    fc.assert(
      fc.property(text, (sample) => {
        const curious = new CuriousMachine();
        parse(sample, FILE, curious);
        const known = new Set(curious.questions.map(questionKey));
        const asked = new CuriousMachine();
        const silent = machineOf({ hostName: '', answers: {} });
        parse(sample, FILE, {
          ...silent,
          resolveHost: (name, family) => {
            asked.resolveHost(name, family);
            return silent.resolveHost(name, family);
          },
          resolveService: (name, protocol) => {
            asked.resolveService(name, protocol);
            return silent.resolveService(name, protocol);
          },
        });
        for (const question of asked.questions) assert.ok(known.has(questionKey(question)));
      }),
      { numRuns: 1000 },
    );
  });
});
