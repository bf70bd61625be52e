/**
 * docs/operating.md on a pair, from top to bottom: each command on the node that its prompt names,
 * and what it prints beside what the page says. What takes its time is asked again.
 */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, before, test } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { Cluster } from '../lab/cluster.js';
import { recordedTable, SHORT, tutorialFiles } from '../lab/clusterfiles.js';
import { DIRECTORS } from '../lab/lab.js';
import type { Pair } from '../lab/pair.js';
import { Programs } from './kinds.js';

const DOCUMENT = new URL('../../../docs/operating.md', import.meta.url);
const LIMIT_MS = 60_000;
const LOOK_MS = 200;

const [HOME, OTHER] = DIRECTORS;

/** Questions: what they print may not be so yet. All else is done once. */
const QUESTION = /^(?:cl_status|ldirectord status|\/etc\/init\.d\/heartbeat status)/;

interface Step {
  readonly line: number;
  readonly node: string;
  readonly command: string;
  /** What the page says is printed; empty: it does not say. */
  readonly printed: readonly string[];
}

function stepsOf(text: string): readonly Step[] {
  const steps: { line: number; node: string; command: string; printed: string[] }[] = [];
  for (const [index, content] of text.split('\n').entries()) {
    const [, node, command] = /^ {4}(\w+)# (.*)/.exec(content) ?? [];
    const [, output] = /^ {4}# (.*)/.exec(content) ?? [];
    if (node !== undefined && command !== undefined) {
      steps.push({ line: index + 1, node, command, printed: [] });
    } else if (output !== undefined) steps.at(-1)?.printed.push(output);
  }
  return steps;
}

/** Lines without empty ones, each blank alone, and what changes by the words of the page. */
function plain(text: string): readonly string[] {
  const lines = text.split('\n').map((line) =>
    line
      .trim()
      .replace(/\s+/g, ' ')
      .replace(/\bpid(:?) \d+/g, 'pid$1 PID')
      .replace(/[A-Z][a-z]{2} \d+ [\d:]{8} \w+ heartbeat: \[\d+\]:/, 'STAMP'),
  );
  return lines.filter((line) => line !== '');
}

let programs: Programs;

before(() => {
  programs = new Programs();
});

after(() => programs.close());

async function perform(pair: Pair, { line, node, command, printed }: Step): Promise<void> {
  const deadline = performance.now() + LIMIT_MS;
  for (;;) {
    const outcome = await pair.site.run(node, ['sh', '-c', `exec 2>&1; ${command}`]);
    const told = plain(outcome.stdout);
    const expected = plain(printed.join('\n'));
    const asSaid =
      expected.length === 0 ? outcome.code === 0 : told.join('\n') === expected.join('\n');
    if (asSaid) return;
    if (!QUESTION.test(command) || performance.now() > deadline) {
      assert.deepEqual(told, expected, `line ${line}, exit code ${outcome.code}: ${command}`);
      assert.fail(`line ${line}, exit code ${outcome.code}: ${command}`);
    }
    await pause(LOOK_MS);
  }
}

test('what the page on operating tells to do does what it says', async () => {
  const steps = stepsOf(readFileSync(DOCUMENT, 'utf8'));
  assert.ok(steps.length > 40);
  const pair = await programs.open(['TS', 'TS']);
  const cluster = await Cluster.open(pair, { ...tutorialFiles(SHORT), ...recordedTable() });
  await Promise.all(DIRECTORS.map((node) => cluster.start(node)));
  await cluster.holding(HOME, true, LIMIT_MS);
  await cluster.settled(LIMIT_MS);
  for (const step of steps) await perform(pair, step);
  const deaths = (node: string) => cluster.lines(node, /node \S+: is dead/, 0).length;
  // Of the stop alone: a key that one of them does not know would have been another.
  assert.deepEqual([deaths(HOME), deaths(OTHER)], [0, 1]);
  await cluster.close();
});
