/** The commands of docs/install.md for a node, as they stand there, where nothing was installed. */

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { type Command, commandsOf } from '../docs/commands.js';
import { tutorialFiles } from '../lab/clusterfiles.js';
import { DIRECTORS } from '../lab/lab.js';
import { openPair, type Pair } from '../lab/pair.js';
import { REPOSITORY } from '../lab/place.js';
import { Workplace } from '../packaging/built.js';
import { buildOurs, FOLDER, install, redHat } from './redhat.js';

const DOCUMENT = 'docs/install.md';
const LIMIT_MS = 120_000;

const [NODE] = DIRECTORS;

/** What each says at least; what is left out here is for another system, or an editor. */
const SAYS: readonly (readonly [string, RegExp])[] = [
  ['rpm -ivh ts-heartbeat-0.1.0-1.x86_64.rpm', /ts-heartbeat-0\.1\.0-1/],
  ['cp /usr/share/doc/ts-heartbeat/{ha.cf,haresources,authkeys,ldirectord.cf} /etc/ha.d/', /^$/],
  ['chmod 600 /etc/ha.d/authkeys', /^$/],
  ['/etc/init.d/heartbeat start', /Starting High-Availability services:.*Done\./s],
  ['rpm -e ts-heartbeat', /^(?!.*(?:scriptlet failed|error:))/s],
];

const workplace = new Workplace();
let pair: Pair;

before(async () => {
  const packages = buildOurs(workplace);
  pair = await openPair(redHat(workplace, packages));
  await install(pair.site, NODE, [packages.base]);
  const hosts = tutorialFiles(null)['/etc/hosts']?.text ?? '';
  await pair.site.put(NODE, '/etc/hosts', hosts);
});

after(async () => {
  await pair?.close();
  workplace.close();
});

/** In the folder of the packages, by the shell of a root user; what it prints. */
async function typed(command: string, code = 0): Promise<string> {
  const words = ['bash', '-c', `cd ${FOLDER} && ${command}`];
  const outcome = await pair.site.run(NODE, words, { timeoutMs: LIMIT_MS });
  const said = `${outcome.stdout}${outcome.stderr}`.trim();
  assert.equal(outcome.code, code, `${command}: ${said}`);
  return said;
}

test('what the page on installing has typed on a node does what it says', async () => {
  const page = commandsOf(DOCUMENT, readFileSync(join(REPOSITORY, DOCUMENT), 'utf8'));
  const told = page.filter(({ inline }: Command) => !inline).map(({ text }) => text);
  const steps = SAYS.map(([command]) => command);
  assert.deepEqual(
    told.filter((command) => steps.includes(command)),
    steps,
  );
  for (const [command, says] of SAYS) assert.match(await typed(command), says, command);
  assert.equal(await typed('rpm -q ts-heartbeat', 1), 'package ts-heartbeat is not installed');
  assert.equal(await typed('ls /var/run/heartbeat.pid 2>/dev/null', 2), '');
  // What the administrator has copied stays.
  assert.equal(await typed('ls /etc/ha.d/ha.cf'), '/etc/ha.d/ha.cf');
});
