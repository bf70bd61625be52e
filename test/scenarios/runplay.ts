/** Plays one recording on one pair, from an empty lab to its verdict. */

import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DIRECTORS, type Director } from '../lab/lab.js';
import { openPair, type Pair } from '../lab/pair.js';
import type { Stack } from '../lab/stack.js';
import type { PairName } from './deliberate.js';
import { genuineLogs } from './genuinelogs.js';
import type { Lines } from './logorder.js';
import { monitored } from './monitored.js';
import { Play } from './play.js';
import { recording } from './recording.js';
import { STORIES } from './stories/index.js';
import { judgeCalls, judgeLog, type Verdict } from './verdict.js';

export type Stacks = Readonly<Record<'C' | 'TS', Stack>>;

/** What was seen of a pair. */
export interface Performance {
  readonly verdict: Verdict;
  readonly lines: Readonly<Record<Director, Lines>>;
}

/**
 * Plays and judges. Never rejects: what is broken off, is different. The logs of a pair that
 * differs are written below the directory that `keep` makes. `open` holds the labs at work.
 */
export async function runPlay(
  name: string,
  pairName: PairName,
  stacks: Stacks,
  open: Set<Pair>,
  keep: () => Promise<string>,
): Promise<Performance> {
  const began = performance.now();
  const recorded = recording(name);
  const [first, second] = kindsOf(pairName);
  const lines: Record<Director, Lines> = { loadbalancer: [], backup: [] };
  const deliberate = new Set<string>();
  const differs: string[] = [];
  const take = (part: Pick<Verdict, 'deliberate' | 'differs'>): void => {
    for (const row of part.deliberate) deliberate.add(row);
    differs.push(...part.differs);
  };
  let pair: Pair | undefined;
  let play: Play | undefined;
  try {
    pair = await openPair({ loadbalancer: stacks[first], backup: stacks[second] });
    open.add(pair);
    play = await Play.open(pair, recorded);
    await STORIES[name]?.(play);
  } catch (error) {
    differs.push(`broken off: ${error instanceof Error ? error.message : String(error)}`);
  }
  await play?.close();
  if (play !== undefined) {
    take(judgeCalls(recorded, pairName, play.calls));
    for (const [n, node] of DIRECTORS.entries()) {
      lines[node] = linesOf(play, node);
      const genuine = genuineLogs(name)[node];
      if (kindsOf(pairName)[n] === 'TS') {
        take(judgeLog(name, pairName, node, genuine, lines[node]));
        differs.push(...badlyAsked(play, node, pairName === 'TS/TS' ? 1 : 2));
      }
    }
    if (differs.length > 0) await keepLogs(join(await keep(), `${name}.${first}${second}`), play);
  }
  await pair?.close();
  if (pair !== undefined) open.delete(pair);
  const seconds = (performance.now() - began) / 1000;
  const verdict = {
    recording: name,
    pair: pairName,
    seconds,
    differs,
    deliberate: [...deliberate],
  };
  return { verdict, lines };
}

/** The programs of the two nodes. */
export function kindsOf(pair: PairName): readonly ['C' | 'TS', 'C' | 'TS'] {
  const [first, second] = pair.split('/');
  return [first === 'C' ? 'C' : 'TS', second === 'C' ? 'C' : 'TS'];
}

function linesOf(play: Play, node: Director): Lines {
  return play.cluster.feed.since(0).flatMap((seen) => {
    const line = seen.kind === 'log' && seen.node === node ? monitored(seen.text) : undefined;
    return line === undefined ? [] : [line];
  });
}

/** A node asks for the status once before each start, and before it asks a genuine node. */
function badlyAsked(play: Play, node: Director, most: number): readonly string[] {
  return play.asked
    .filter((start) => start.node === node && (start.times < 1 || start.times > most))
    .map(({ start, times }) => `${node}: ${times} status calls before ${start}`);
}

async function keepLogs(directory: string, play: Play): Promise<void> {
  await mkdir(directory, { recursive: true });
  const start = play.cluster.feed.since(0)[0]?.at ?? 0;
  const timeline = play.cluster.feed.since(0).flatMap((seen) => {
    if (seen.kind !== 'log') return [];
    return [`${((seen.at - start) / 1000).toFixed(3)} ${seen.node}: ${seen.text}\n`];
  });
  await writeFile(join(directory, 'timeline'), timeline.join(''));
  const calls = play.calls.map(({ node, verb, resource }) => `${node} ${verb} ${resource}\n`);
  await writeFile(join(directory, 'calls'), calls.join(''));
}
