/** Runs one cell from an empty lab to its verdict, and keeps the logs of one that failed. */

import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DIRECTORS } from '../lab/lab.js';
import { openPair, type Pair } from '../lab/pair.js';
import type { Stack, StackName } from '../lab/stack.js';
import { type Cell, cellName, PROGRAMS } from './cell.js';
import { cablesOf } from './cellfiles.js';
import { Observed } from './observed.js';
import { play } from './play.js';
import { StepFailed, Story } from './story.js';

export interface Verdict {
  readonly cell: Cell;
  readonly seconds: number;
  /** What failed first; left out when nothing did. */
  readonly failed?: { readonly step: string; readonly text: string; readonly logs: string };
}

export type Stacks = Readonly<Record<StackName, Stack>>;

/** Labs that are open at this moment: what is to be closed when the run is broken off. */
export type OpenLabs = Set<Pair>;

/** Plays a cell. `keep` makes the directory for logs. Never rejects. */
export async function runCell(
  cell: Cell,
  stacks: Stacks,
  open: OpenLabs,
  keep: () => Promise<string>,
): Promise<Verdict> {
  const began = performance.now();
  const seconds = (): number => (performance.now() - began) / 1000;
  let pair: Pair | undefined;
  let observed: Observed | undefined;
  let story: Story | undefined;
  try {
    const [first, second] = cell.pair;
    pair = await openPair(
      { loadbalancer: stacks[PROGRAMS[first]], backup: stacks[PROGRAMS[second]] },
      { cables: cablesOf(cell.medium) },
    );
    open.add(pair);
    observed = await Observed.open(cell, pair);
    story = new Story(observed);
    await play(story, cell);
    return { cell, seconds: seconds() };
  } catch (error) {
    const step = error instanceof StepFailed ? error.step : 'the lab';
    const text = error instanceof Error ? error.message : String(error);
    const logs = await keepLogs(cell, await keep(), text, observed, story);
    return { cell, seconds: seconds(), failed: { step, text, logs } };
  } finally {
    await observed?.close();
    await pair?.close();
    if (pair !== undefined) open.delete(pair);
  }
}

/** Writes what both nodes logged, and a timeline of everything seen. Returns the directory. */
async function keepLogs(
  cell: Cell,
  parent: string,
  failure: string,
  observed: Observed | undefined,
  story: Story | undefined,
): Promise<string> {
  const directory = join(parent, cellName(cell).replace(/[^\w+]+/g, '-'));
  await mkdir(directory, { recursive: true });
  await writeFile(join(directory, 'failure'), `${cellName(cell)}\n${failure}\n`);
  if (observed === undefined) return directory;
  const timeline: { at: number; text: string }[] = [];
  for (const seen of observed.cluster.feed.since(0)) {
    if (seen.kind !== 'log') continue;
    timeline.push({ at: seen.at, text: `${seen.node}: ${seen.text}` });
  }
  for (const { at, name } of story?.steps ?? []) timeline.push({ at, text: `==== ${name}` });
  timeline.sort((a, b) => a.at - b.at);
  const start = timeline[0]?.at ?? 0;
  const lines = timeline.map(({ at, text }) => `${((at - start) / 1000).toFixed(3)} ${text}\n`);
  await writeFile(join(directory, 'timeline'), lines.join(''));
  const held = observed.changes.since(0).map(({ at, node, group, held: has }) => {
    return `${new Date(at).toISOString()} ${node} ${has ? 'has' : 'has freed'} ${group}\n`;
  });
  await writeFile(join(directory, 'held'), held.join(''));
  for (const node of DIRECTORS) {
    for (const file of ['ha-log', 'ha-debug']) {
      // A node that is off has nothing to say that the timeline does not have.
      const argv = ['cat', `/var/log/${file}`];
      const outcome = await observed.pair.site.run(node, argv).catch(() => undefined);
      if (outcome?.code === 0) await writeFile(join(directory, `${node}.${file}`), outcome.stdout);
    }
  }
  return directory;
}
