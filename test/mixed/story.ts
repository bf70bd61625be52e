/** Steps of a cell, each judged: where every group ends, who held it meanwhile, what was logged. */

import assert from 'node:assert/strict';
import { monotonicMs } from '../lab/clock.js';
import type { Director } from '../lab/lab.js';
import type { Cell } from './cell.js';
import { ADDRESS_GROUP, HOME_GROUP } from './cellfiles.js';
import type { Holding, Observed } from './observed.js';

/** The longest that anything in a step may take on a busy machine. */
export const LIMIT_MS = 60_000;

/** Between two looks at a state that nothing announces. */
const LOOK_MS = 500;

/** What no node may ever say: two holders, a partition, a daemon that breaks. */
const NEVER =
  /Both machines own|No one owns|returning after partition|No local heartbeat|process died|Emergency|Heartbeat crashes/;

/**
 * A slow line beside a quick one still carries words of a daemon that has been stopped when its
 * next generation has long been heard; elsewhere nothing old may arrive.
 */
const OLD_WORDS = /attempted replay attack/;

const DEATH = /WARN: node (\S+): is dead/;

export interface Step {
  readonly name: string;
  /** Where the groups are afterwards: nodes in the order of their groups, alpha first. */
  readonly ends: readonly [Director, Director];
  /** How long the groups that move may have no holder; the others always have theirs. */
  readonly gapMs: number;
  /** What this node holds pauses too, although it stays there. */
  readonly pauses?: Director;
  /** The node that the other one may declare dead in this step. */
  readonly dies?: Director;
  act(since: number): Promise<void>;
}

/** What went wrong, and in which step. */
export class StepFailed extends Error {
  readonly step: string;
  constructor(step: string, cause: unknown) {
    super(cause instanceof Error ? cause.message : String(cause), { cause });
    this.step = step;
  }
}

export function other(node: Director): Director {
  return node === 'backup' ? 'loadbalancer' : 'backup';
}

function hasSlowLine({ medium }: Cell): boolean {
  return medium.includes('+serial');
}

export class Story {
  readonly observed: Observed;
  /** What has happened, for whoever reads the logs of a failed cell. */
  readonly steps: { readonly at: number; readonly name: string }[] = [];
  readonly #up = new Set<Director>();
  #before: Holding | undefined;
  #dies: Director | undefined;
  /** Rejects as soon as a node logs what it must not. */
  readonly #broken: Promise<never>;

  constructor(observed: Observed) {
    this.observed = observed;
    this.#broken = new Promise((_resolve, reject) => {
      observed.cluster.feed.listen((seen) => {
        if (seen.kind === 'log' && this.#isWrong(seen.text)) {
          reject(new Error(`${seen.node} logged: ${seen.text}`));
        }
      });
    });
    this.#broken.catch(() => {});
  }

  #isWrong(text: string): boolean {
    if (NEVER.test(text)) return true;
    if (OLD_WORDS.test(text)) return !hasSlowLine(this.observed.cell);
    const dead = DEATH.exec(text)?.[1];
    return dead !== undefined && dead !== this.#dies;
  }

  async step(step: Step): Promise<void> {
    this.steps.push({ at: monotonicMs(), name: step.name });
    this.#dies = step.dies;
    const played = this.#play(step);
    // It goes on in vain for a moment when the step is broken off.
    played.catch(() => {});
    try {
      await Promise.race([played, this.#broken]);
    } catch (error) {
      throw new StepFailed(step.name, error);
    }
  }

  async #play({ ends, gapMs, pauses, act }: Step): Promise<void> {
    const { observed } = this;
    const from = Date.now();
    const since = observed.cluster.feed.mark;
    await act(since);
    const wanted = this.#holding(ends);
    await observed.heldAs(wanted, LIMIT_MS);
    await this.#agree(wanted);
    await observed.arrived();
    await observed.heldAs(wanted, 1);
    assert.deepEqual(observed.unreadable, []);
    for (const group of observed.groups) {
      const { bothMs, noneMs } = observed.ledger.judge(group, from, Date.now());
      assert.equal(bothMs, 0, `both nodes held ${group} for ${bothMs.toFixed(1)} ms`);
      const before = this.#before?.[group];
      // Before the first step nobody holds anything.
      const mayMove = before === undefined || before !== wanted[group] || before === pauses;
      const allowed = mayMove ? gapMs : 0;
      assert.ok(
        noneMs <= allowed,
        `nobody held ${group} for ${noneMs.toFixed(0)} ms; the step explains ${allowed} ms`,
      );
    }
    this.#before = wanted;
  }

  #holding([first, second]: readonly [Director, Director]): Holding {
    const { loadbalancer: alpha, backup: beta } = HOME_GROUP;
    const held: Holding = { [alpha]: first, [beta]: second };
    return this.observed.cell.address ? { ...held, [ADDRESS_GROUP]: first } : held;
  }

  /** Waits until each running node says of itself what is seen from outside. */
  async #agree(wanted: Holding): Promise<void> {
    const deadline = performance.now() + LIMIT_MS;
    for (;;) {
      const wrong: string[] = [];
      for (const node of this.#up) {
        const said = await this.observed.cluster.resources(node);
        const word = this.#word(node, wanted);
        if (said !== word) wrong.push(`rscstatus of ${node} is ${said}, not ${word}`);
      }
      if (wrong.length === 0) return;
      if (performance.now() > deadline) throw new Error(wrong.join('; '));
      await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
    }
  }

  /** What a node that holds this says; in legacy mode heartbeat says `none` whatever it holds. */
  #word(node: Director, wanted: Holding): string {
    if (this.observed.cell.failback === 'legacy') return 'none';
    const own = wanted[HOME_GROUP[node]] === node;
    const foreign = wanted[HOME_GROUP[other(node)]] === node;
    if (own) return foreign ? 'all' : 'local';
    return foreign ? 'foreign' : 'none';
  }

  async start(node: Director): Promise<void> {
    await this.observed.cluster.start(node);
    this.#up.add(node);
  }

  /** Rejects unless `cl_status hbstatus` says that heartbeat runs on a node. */
  async runs(node: Director): Promise<void> {
    const said = await this.run(node, ['cl_status', 'hbstatus']);
    assert.equal(said, 'Heartbeat is running on this machine.', `hbstatus of ${node}`);
  }

  async stop(node: Director): Promise<void> {
    this.#up.delete(node);
    await this.observed.cluster.stop(node);
  }

  async powerOff(node: Director): Promise<void> {
    this.#up.delete(node);
    await this.observed.powerOff(node);
  }

  /** Runs a program on a node; rejects unless it succeeds. Returns what it prints. */
  async run(node: Director, argv: readonly string[]): Promise<string> {
    const { code, stdout, stderr } = await this.observed.pair.site.run(node, argv);
    if (code !== 0) throw new Error(`${argv.join(' ')} on ${node}: exit ${code}: ${stderr}`);
    return stdout.trim();
  }

  async logged(node: Director, pattern: RegExp, since: number): Promise<void> {
    await this.observed.cluster.logged(node, pattern, since, LIMIT_MS);
  }
}
