/** The manual pages: they render, and say what the programs know. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { SUBCOMMANDS } from '@ts-heartbeat/client/subcommand';
import { DIRECTIVES } from '@ts-heartbeat/core/config/hacf';
import { USAGE } from 'ts-heartbeat/command/options';
import { VERBS } from 'ts-ldirectord/command/arguments';
import { SERVICES } from 'ts-ldirectord/config/config';
import { LDIRECTORD_DIRECTIVES } from './ldirectorddirectives.js';
import { ROOT } from './sources.js';

const FOLDER = path.join(ROOT, 'rpm/man');
const PAGES = readdirSync(FOLDER);

/** What of a list a page does not set in bold, as it does what is typed. */
function unnamed(page: string, names: Iterable<string>): readonly string[] {
  const text = readFileSync(path.join(FOLDER, page), 'utf8');
  const bold = [...text.matchAll(/^\.(?:B|BI|BR|RB) .*/gm)].join('\n');
  const plain = bold.replaceAll(/\\f[RPBI]/g, ' ').replaceAll('\\-', '-');
  const words = new Set(plain.split(/[^\w-]+/));
  return [...names].filter((name) => !words.has(name));
}

/** Runs a program on a page; what it complains of. */
function complaints(program: string, ...words: readonly string[]): string {
  const { status, stdout, stderr, error } = spawnSync(program, words, {
    encoding: 'utf8',
    env: { PATH: process.env.PATH, LC_ALL: 'C.UTF-8', MANWIDTH: '80' },
  });
  assert.equal(error, undefined, `${program} is needed (.ci/packages)`);
  return program === 'mandoc' ? stdout : `${stderr}${status === 0 ? '' : status}`;
}

test('every page renders without a warning', () => {
  assert.ok(PAGES.length > 0);
  for (const page of PAGES) {
    const file = path.join(FOLDER, page);
    assert.equal(complaints('man', '--warnings', '-E', 'UTF-8', '-l', file), '', page);
    assert.equal(complaints('mandoc', '-Tlint', file), '', page);
  }
});

test('every page is named in its title and refers to pages that are there', () => {
  const others = ['ipvsadm(8)'];
  const known = PAGES.map((page) => page.replace(/\.(\d)$/, '($1)'));
  for (const page of PAGES) {
    const text = readFileSync(path.join(FOLDER, page), 'utf8').replaceAll('\\-', '-');
    const [, title, section] = /^\.TH (\S+) (\d) \d{4}-\d\d-\d\d ts-heartbeat\n/.exec(text) ?? [];
    assert.equal(
      `${title}.${section}`,
      page.replace(/.*(?=\.\d$)/, (name) => name.toUpperCase()),
    );
    for (const [, name, number] of text.matchAll(/^\.BR (\S+) \((\d)\)/gm)) {
      assert.ok(
        [...known, ...others].includes(`${name}(${number})`),
        `${page}: ${name}(${number})`,
      );
    }
  }
});

test('ha.cf(5) names every directive', () => {
  assert.deepEqual(unnamed('ha.cf.5', DIRECTIVES), []);
});

test('ldirectord.cf(5) names every directive and every service', () => {
  assert.deepEqual(unnamed('ldirectord.cf.5', LDIRECTORD_DIRECTIVES), []);
  const text = readFileSync(path.join(FOLDER, 'ldirectord.cf.5'), 'utf8');
  const [, services = ''] = /^\.BI service=.*\n([^.]*)\./m.exec(text) ?? [];
  assert.deepEqual(services.split(/,\s+/).sort(), [...SERVICES].sort());
});

test('the commands’ pages name every option, verb and sub-command', () => {
  const [, letters = ''] = /\[-(\w+)\]/.exec(USAGE) ?? [];
  const options = [...`${letters}DVC`].map((letter) => `-${letter}`);
  assert.deepEqual(unnamed('heartbeat.8', options), []);
  assert.deepEqual(unnamed('ldirectord.8', VERBS), []);
  assert.deepEqual(unnamed('cl_status.1', SUBCOMMANDS.keys()), []);
});

test('the settings beside the configuration are told', () => {
  for (const [program, page] of [
    ['heartbeat', 'heartbeat.8'],
    ['ldirectord', 'ldirectord.8'],
  ] as const) {
    const text = readFileSync(path.join(ROOT, 'rpm/sysconfig', program), 'utf8');
    const names = [...text.matchAll(/^#?([A-Z_]+)=/gm)].map(([, name = '']) => name);
    assert.ok(names.length > 0);
    assert.deepEqual(unnamed(page, names), []);
  }
});
