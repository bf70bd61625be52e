/** What ldirectord reads: its configuration, patterns, and the table that ipvsadm prints. */
import { readFileSync } from 'node:fs';
import { isShort } from 'ts-ldirectord/checks/receives';
import { LINE_LENGTH_MAX } from 'ts-ldirectord/config/lines';
import { TEST_MACHINE } from 'ts-ldirectord/config/machine.fixture';
import { parse } from 'ts-ldirectord/config/parse';
import { PROBLEMS_MAX, type Problem } from 'ts-ldirectord/config/problem';
import { receivePattern } from 'ts-ldirectord/config/receive';
import { parseRules, parseThresholds, withThresholds } from 'ts-ldirectord/ipvs/parse';
import { destinationKey, serviceKey } from 'ts-ldirectord/ipvs/table';
import { recordedConfigurations, recordedTables, some } from '../seeds.js';
import { claim, latin1, type Target } from '../target.js';

function repositoryFile(path: string): string {
  return readFileSync(new URL(`../../../../${path}`, import.meta.url), 'latin1');
}

/** Every problem says where it stands, and that place is in the file. */
function checkPlaces(problems: readonly Problem[], text: string): void {
  if (problems.length === 0) return;
  const lines = text.split('\n');
  for (const { line, column, text: said } of problems) {
    claim(said !== '', 'a problem that says nothing');
    claim(line >= 0 && line <= lines.length, `line ${line} of ${lines.length}`);
    const length = lines[line - 1]?.length ?? 0;
    claim(column >= 0 && column <= length + 1, `column ${column} of ${length}`);
  }
}

export const LDIRECTORD_CF: Target = {
  name: 'ldirectord.cf',
  tokens: [
    'virtual=',
    '\n\t',
    'real=',
    '10.0.0.1:80',
    '[2001:db8::1]:80',
    '->',
    ' gate',
    ' masq 5',
  ],
  seeds: () => [
    repositoryFile('packages/ts-ldirectord/samples/ldirectord.cf'),
    ...recordedConfigurations(),
  ],
  run(bytes) {
    const text = latin1(bytes);
    const { configuration, problems } = parse(text, 'ldirectord.cf', TEST_MACHINE);
    const errors = problems.some(({ severity }) => severity === 'error');
    claim((configuration === undefined) === errors, 'a configuration in spite of an error');
    claim(problems.length <= PROBLEMS_MAX, 'too many problems');
    checkPlaces(problems, text);
    if (configuration === undefined) return;
    const { virtuals } = configuration;
    claim(new Set(virtuals.map(({ id }) => id)).size === virtuals.length, 'a virtual twice');
    for (const { reals, check } of virtuals) {
      claim(check.checkTimeout > 0 && Number.isFinite(check.interval), 'times that are none');
      claim(
        reals.every(({ port, weight }) => port <= 65_535 && weight >= 0),
        'a bad real',
      );
    }
  },
};

/** Short: but there are patterns whose search in an empty text never ends. */
const TEXTS = ['', 'a', '\n', 'ab 12\n'];

export const PATTERNS: Target = {
  name: 'perl-patterns',
  tokens: [
    ...['(?:', '(?=', '(?<=', '(?<!', '(?>', '(?i)', '(?x)', '(?#', '(?<n>', '\\k<n>', '\\1'],
    ...['[[:alpha:]]', '[^', '{2,3}', '{1000}', '*+', '*?', '\\x{41}', '\\Q', '\\E', '\\b'],
  ],
  seeds: () => {
    const { rows } = JSON.parse(repositoryFile('test/vectors/ldirectord/patterns.json')) as {
      readonly rows: readonly (readonly [pattern: string, matched: string])[];
    };
    return some(
      rows.map(([pattern]) => pattern),
      300,
    );
  },
  run(bytes) {
    // No line of a file is longer.
    const found = receivePattern(latin1(bytes).slice(0, LINE_LENGTH_MAX));
    if (typeof found === 'string') {
      claim(found !== '', 'a refusal without a reason');
      return;
    }
    const { effort } = found;
    claim(effort === undefined || effort.degree >= 0, 'an effort that is none');
    for (const text of TEXTS) {
      // What is made in a thread of its own.
      if (!isShort(effort, text)) continue;
      const matched = found.regexp.test(text);
      // What is said to stand in every match does.
      if (matched) claim(effort?.needs.every((run) => run.test(text)) !== false, 'a false need');
    }
  },
};

export const IPVS_RULES: Target = {
  name: 'ipvsadm-rules',
  tokens: ['-A ', '-a ', '-t ', '-u ', '-f ', ' -6', ' -r ', ' -w ', ' -p ', '[2001:db8::1]:80'],
  seeds: () => [
    '-A -t 10.0.0.1:80 -s rr -p 600 -M 255.255.255.255\n-a -t 10.0.0.1:80 -r 10.0.0.2:80 -m -w 1\n',
    '-A -f 1 -6 -s wlc --pe sip\n-a -f 1 -6 -r [2001:db8::1]:80 -i --tun-type ipip -w 0 -x 9 -y 3\n',
    '-A -u 10.0.0.1:53 -s sh -b sh-port -o pe sip\n',
    ...recordedTables(/^-A /),
  ],
  run(bytes) {
    const table = parseRules(latin1(bytes));
    for (const [key, { target, destinations }] of table) {
      claim(serviceKey(target) === key, 'a service under another key');
      for (const [name, destination] of destinations) {
        claim(destinationKey(destination) === name, 'a destination under another key');
        const { port, contents } = destination;
        claim(port >= 0 && port <= 65_535 && contents.weight >= 0, 'a number that is none');
      }
    }
  },
};

export const IPVS_COLUMNS: Target = {
  name: 'ipvsadm-columns',
  tokens: ['TCP  ', 'UDP  ', 'FWM  ', '  -> ', ' IPv6', '[2001:db8::1]:80'],
  seeds: () => [
    'TCP  10.0.0.1:80 rr\n  -> 10.0.0.2:80  5  3  0  0\nFWM  1 IPv6 wlc\n  -> [2001:db8::1]:80 0 0\n',
    ...recordedTables(/^IP Virtual Server/),
  ],
  run(bytes) {
    const text = latin1(bytes);
    const thresholds = parseThresholds(text);
    for (const found of thresholds.values()) {
      for (const { upper, lower } of found.values()) claim(upper >= 0 && lower >= 0, 'below zero');
    }
    withThresholds(parseRules(text), thresholds);
  },
};
