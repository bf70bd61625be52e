/** Where the demo's steps act: the lab, the watched cluster, the client, and the viewer. */

import type { Cluster } from '../lab/cluster.js';
import { DIRECTORS, type Lab } from '../lab/lab.js';
import type { LoadClient } from '../lab/load/client.js';
import type { Span } from '../lab/load/tally.js';
import type { NodeView, Scene } from './scene.js';

/** A step did not end as it should; the message says how it ended. */
export class Otherwise extends Error {}

export interface Stage {
  readonly lab: Lab;
  readonly cluster: Cluster;
  readonly client: LoadClient;
  readonly scene: Scene;
  /** Spans of the client's counts that this step has closed. */
  readonly spans: Span[];
  /** How long a move may take before it counts as one that does not happen. */
  readonly limitMs: number;
  /** A line for the viewer. */
  say(line: string): void;
  /** What a director starts at its boot, heartbeat at the end of it. */
  boot(node: string): Promise<void>;
}

export const [HOME, OTHER] = DIRECTORS;

export function nodeView(stage: Stage, name: string): NodeView {
  const node = stage.scene.nodes.find((one) => one.name === name);
  if (node === undefined) throw new Error(`no node ${name}`);
  return node;
}

/** The tutorial's haresources line, in its order. */
const ORDER = ['lvs', 'IPaddr', 'ipvsadm', 'ldirectord'];

function sequence(stage: Stage, node: string, verb: string, since: number): string {
  const calls = stage.cluster.calls(node, since).filter((call) => call.verb === verb);
  return calls.map((call) => call.script).join(' ');
}

/** Throws unless the node called its scripts as the tutorial has them: in order, or in reverse. */
export function expectOrder(
  stage: Stage,
  node: string,
  verb: 'start' | 'stop',
  since: number,
): string {
  const wanted = (verb === 'start' ? ORDER : [...ORDER].reverse()).join(' ');
  const seen = sequence(stage, node, verb, since);
  stage.say(`  ${node}: ${verb} of ${seen}`);
  if (seen !== wanted) throw new Otherwise(`${node} called ${verb} of "${seen}"`);
  return seen;
}

/** Throws if the two nodes ever had the virtual address at once. */
export function expectOneHolder(stage: Stage, since: number): void {
  const twice = stage.cluster.doublyHeldMs(since);
  if (twice > 0) throw new Otherwise(`both had the virtual address for ${Math.round(twice)} ms`);
}

/** Throws if a node took the other for dead: they were to hear each other all the time. */
export function expectBothAlive(stage: Stage, since: number): void {
  for (const [node, peer] of [
    [HOME, OTHER],
    [OTHER, HOME],
  ] as const) {
    const dead = stage.cluster.lines(node, new RegExp(`node ${peer}: is dead`), since);
    if (dead.length > 0) throw new Otherwise(`${node} took ${peer} for dead`);
  }
}

/** Waits until a node has taken the whole group, and nothing is on the move any more. */
export async function moved(stage: Stage, to: string, since: number): Promise<void> {
  await stage.cluster.called(to, 'ldirectord start', since, stage.limitMs);
  await stage.cluster.holding(to, true, stage.limitMs);
  await stage.cluster.settled(stage.limitMs);
  if (stage.cluster.holders.join() !== to) {
    throw new Otherwise(`the address is with ${stage.cluster.holders.join(' and ') || 'nobody'}`);
  }
}

/** Waits until the shown table gives every named server this weight. */
export async function weighted(
  stage: Stage,
  weights: Readonly<Record<string, number>>,
): Promise<void> {
  const deadline = performance.now() + stage.limitMs;
  for (;;) {
    const servers = stage.scene.table.flatMap((service) => service.servers);
    const found = Object.entries(weights).filter(([address, weight]) =>
      servers.some((server) => server.address === address && server.weight === weight),
    );
    if (found.length === Object.keys(weights).length) return;
    if (performance.now() > deadline) {
      throw new Otherwise(
        `the table has ${servers.map((s) => `${s.address}=${s.weight}`).join(' ')}`,
      );
    }
    await pause(LOOK_MS);
  }
}

const LOOK_MS = 250;

export function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

/** A while by the clock of the lab, which may go at another speed than this machine's. */
export async function watch(lab: Lab, ms: number): Promise<void> {
  await lab.site.run('client', ['sleep', String(ms / 1000)]);
}

/** What the client saw since the last call, or since the step began. */
export async function closeSpan(stage: Stage): Promise<Span> {
  const span = await stage.client.span();
  stage.spans.push(span);
  return span;
}

/** Switches a director on, which then starts what it starts at its boot. */
export async function bootDirector(stage: Stage, node: string): Promise<void> {
  await stage.cluster.powerOn(node);
  nodeView(stage, node).power = true;
  await stage.boot(node);
}
