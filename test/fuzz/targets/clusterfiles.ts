/** The files of a cluster: authkeys, ha.cf, haresources, and the settings of our own. */
import { readFileSync } from 'node:fs';
import { parseAuthkeys } from '@ts-heartbeat/core/config/authkeys';
import { parseHaCf } from '@ts-heartbeat/core/config/hacf';
import { checkHaresources, readGroups } from '@ts-heartbeat/core/config/haresources';
import { machineFixture } from '@ts-heartbeat/core/config/machine.fixture';
import type { Problem } from '@ts-heartbeat/core/config/problem';
import { ROWS } from '@ts-heartbeat/core/config/rows/rows.fixture';
import { parseSysconfig } from '@ts-heartbeat/platform/sysconfig';
import { extraSettings, runnerArguments } from 'ts-heartbeat/config/sysconfig';
import { asBuffer, claim, latin1, type Target } from '../target.js';

const MACHINE = machineFixture();
const NODES = [
  { name: 'loadbalancer', type: 'normal' },
  { name: 'backup', type: 'normal' },
] as const;

function sample(name: string): string {
  const path = new URL(`../../../../packages/ts-heartbeat/samples/${name}`, import.meta.url);
  return readFileSync(path, 'latin1');
}

/** Every problem says where it stands, and that place is in the file. */
function checkPlaces(problems: readonly Problem[], text: string): void {
  if (problems.length === 0) return;
  const lines = text.split('\n');
  for (const { file, line, column, code, text: said } of problems) {
    claim(file !== '' && code !== '' && said !== '', 'a problem that says nothing');
    claim(line >= 0 && line <= lines.length, `line ${line} of ${lines.length}`);
    const length = lines[line - 1]?.length ?? 0;
    claim(column >= 0 && column <= length + 1, `column ${column} of ${length}`);
  }
}

function hasErrors(problems: readonly Problem[]): boolean {
  return problems.some(({ severity }) => severity === 'error');
}

/** A text that can be nothing but a key: no word of a message has digits in it. */
const KEY_LINE = /^[ \t]*[0-9]{1,2}[ \t]+(?:md5|sha1)[ \t]+([a-z]{4}[0-9]{4}[a-z]{4}\S*)/gm;

export const AUTHKEYS: Target = {
  name: 'authkeys',
  seeds: () => [
    sample('authkeys'),
    'auth 1\n1 md5 abcd1234efgh\n2 sha1 abcd1234efgh\n3 crc\n',
    ...ROWS.flatMap(({ authkeys }) => (authkeys == null ? [] : [authkeys])),
  ],
  run(bytes) {
    const text = latin1(bytes);
    const file = { path: '/etc/ha.d/authkeys', text, mode: 0o600 };
    const { keyring, problems } = parseAuthkeys(file);
    checkPlaces(problems, text);
    claim((keyring === undefined) === hasErrors(problems), 'keys in spite of an error, or none');
    if (keyring !== undefined) {
      claim(keyring.keys.has(keyring.signing), 'the key that signs is not there');
      for (const number of keyring.keys.keys()) claim(number >= 0 && number <= 15, 'its number');
    }
    for (const [, key = ''] of text.matchAll(KEY_LINE)) {
      claim(!problems.some((problem) => problem.text.includes(key)), 'a key in the log');
    }
  },
};

export const HACF: Target = {
  name: 'ha.cf',
  tokens: [
    ...['eth0', 'eth1', 'eth9', 'lo', '/dev/ttyS0', '/dev/null', '225.0.0.1', '192.168.136.12'],
    ...['loadbalancer', 'backup', 'root', 'haclient', 'hacluster', '/bin/true', '2s', '500ms'],
  ],
  seeds: () => [sample('ha.cf'), ...ROWS.flatMap(({ lines }) => (lines == null ? [] : [lines]))],
  run(bytes) {
    const text = latin1(bytes);
    const reading = parseHaCf({ path: '/etc/ha.d/ha.cf', text }, MACHINE);
    const problems = [...reading.lineProblems, ...reading.wholeProblems];
    checkPlaces(problems, text);
    claim((reading.settings === undefined) === hasErrors(problems), 'settings and errors');
    if (reading.settings === undefined) return;
    const { settings } = reading;
    for (const time of [settings.keepalive, settings.deadtime, settings.initdead]) {
      claim(Number.isFinite(time) && time > 0, `a time of ${time} ms`);
    }
    claim(
      settings.nodes.some(({ name }) => name === settings.localNode),
      'not in its cluster',
    );
    claim(settings.media.length > 0, 'no media');
  },
};

export const HARESOURCES: Target = {
  name: 'haresources',
  tokens: ['loadbalancer ', 'backup ', '\\\n', '::', ' 10.0.0.1', '#', '\r\n'],
  seeds: () => [
    sample('haresources'),
    ...ROWS.flatMap(({ haresources }) => (haresources == null ? [] : [haresources])),
  ],
  run(bytes) {
    const text = latin1(bytes);
    const file = { path: '/etc/ha.d/haresources', text };
    checkPlaces(checkHaresources(file, NODES), text);
    const { groups, problems } = readGroups(file);
    checkPlaces(problems, text);
    claim(!hasErrors(problems), 'an error where there are warnings only');
    for (const { node, key, resources } of groups) {
      claim(node !== '' && key === resources[0]?.word, 'a group without its key');
      for (const { word, args } of resources) {
        claim(!/[ \t\n]/.test(word) && !args.includes(''), 'a word that is none');
      }
    }
  },
};

export const SYSCONFIG: Target = {
  name: 'sysconfig',
  tokens: ['__proto__', '[', ']', '="', '\\\n', 'export '],
  seeds: () => [
    'STOP_FAILURE_POLICY=stay\nSCRIPT_DEADLINE=600\n# text\nexport SERIAL_RTSCTS="no"\n',
    "REBOOT_COMMAND='/sbin/reboot -f'\nSTATUS_DEADLINE=500ms\n[part]\na[]=b\n",
    'FENCE_COMMAND=$(which fence)\n',
  ],
  run(bytes) {
    const read = parseSysconfig(asBuffer(bytes).toString());
    for (const value of read.values.values()) claim(typeof value === 'string', 'no text');
    const { settings } = extraSettings(read);
    for (const word of runnerArguments(settings)) claim(typeof word === 'string', 'no word');
    const { scriptDeadline: time = 1 } = settings;
    claim(time > 0 && Number.isFinite(time), `a deadline of ${time} ms`);
  },
};
