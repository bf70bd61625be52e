/**
 * The trace of a real pair as observations: lines of its logs, what its resource scripts wrote
 * down, what was done to cables and machines. All instants are milliseconds of one clock. Sockets,
 * clients, the router and sizes are not seen.
 */
import type { Observation, Sight, Stage, Watched } from '../observation.js';
import type { Excuse } from './excuse.js';
import { Judge } from './judge.js';

export const REAL_SIGHT: Sight = { sockets: false, clients: false, arp: false, sizes: false };

/** Loops of a machine on which several pairs run at a time. */
const LATENESS = 500;

/**
 * A script `record NAME start|stop|status` that writes when it begins and ends, by the clock that
 * all hosts share, into /var/log/scripts; its state is kept in /run, and so is gone with the power.
 */
export const RECORDER = `#!/bin/bash
say() { echo "$EPOCHREALTIME $1 $2 $3" >>/var/log/scripts; }
state=/run/record.$1
say "$1" "$2" begin
case $2 in
start) : >"$state"; rc=0 ;;
stop) rm -f "$state"; rc=0 ;;
status) if [ -e "$state" ]; then echo running; rc=0; else echo stopped; rc=3; fi ;;
*) rc=1 ;;
esac
say "$1" "$2" "$rc"
exit $rc
`;

/** What it writes: the instant in seconds, the name, the verb, and how it ended. */
const RECORD = /^(\d+\.\d+) (\S+) (start|stop|status) (begin|\d+)$/;

/** A line of a log has the severity's word before its text, but for those of some scripts. */
const SEVERITY = /(?:^|\s)(info|notice|warn|warning|error|crit|debug|WARN|ERROR|CRIT): (.*)$/;
const PREFIX = /^.*?\[\d+\]:\s+/;

type Step = { readonly at: number } & (
  | { readonly kind: 'see'; readonly observation: Observation }
  | { readonly kind: 'stage'; readonly stage: Stage }
  | { readonly kind: 'line'; readonly node: string; readonly line: string }
);

export class RealTrace {
  readonly #watched: Watched;
  readonly #steps: Step[] = [];
  /** Lines of the recorder that are none. */
  readonly unreadable: string[] = [];
  /** How many observations of each kind the judge was told of: few are no evidence. */
  readonly counts = new Map<string, number>();

  constructor(watched: Watched) {
    this.#watched = watched;
  }

  see(observation: Observation): void {
    this.#steps.push({ at: observation.at, kind: 'see', observation });
  }

  stage(stage: Stage): void {
    this.#steps.push({ at: stage.at, kind: 'stage', stage });
  }

  /** A line of a node's log. */
  log(at: number, node: string, line: string): void {
    this.#steps.push({ at, kind: 'line', node, line });
  }

  /** A line that the recorder wrote; its instant is that of the line, in the clock of `offset`. */
  script(node: string, line: string, offset: number): void {
    const [, instant, name = '', verb, how] = RECORD.exec(line) ?? [];
    const resource = `record::${name}`;
    const group = this.#watched.groups.find(({ resources }) => resources.includes(resource));
    if (group === undefined || how === undefined) {
      this.unreadable.push(`${node}: ${line}`);
      return;
    }
    const at = Number(instant) * 1000 - offset;
    const script = {
      at,
      node,
      kind: 'script',
      group: group.key,
      resource,
      verb: verb === 'start' || verb === 'stop' ? verb : 'status',
    } as const;
    if (how === 'begin') this.see({ ...script, phase: 'begin' });
    else this.see({ ...script, phase: 'end', ok: how === '0' });
  }

  /** Every path between the nodes is cut, or joined again. */
  paths(at: number, open: boolean): void {
    for (const link of this.#watched.links) {
      for (const { name: from } of this.#watched.nodes) {
        for (const { name: to } of this.#watched.nodes) {
          if (from !== to) this.stage({ at, kind: 'path', link, from, to, open });
        }
      }
    }
  }

  /** What the judge says of all that, and of the time until then. */
  judge(end: number, excuses: readonly Excuse[] = []): Judge {
    const judge = new Judge(this.#watched, REAL_SIGHT, excuses);
    const reader = new Reader(this.#watched, (observation) => {
      this.counts.set(observation.kind, (this.counts.get(observation.kind) ?? 0) + 1);
      judge.see(observation);
    });
    const steps = [...this.#steps].sort((one, other) => one.at - other.at);
    for (const { name } of this.#watched.nodes) {
      const at = steps[0]?.at ?? 0;
      judge.see({ at, node: name, kind: 'slow', lateness: LATENESS });
    }
    for (const step of steps) {
      if (step.kind === 'stage') judge.stage(step.stage);
      else if (step.kind === 'see') reader.see(step.observation);
      else reader.line(step.at, step.node, step.line);
      judge.tick(step.at);
    }
    judge.finish(end);
    return judge;
  }
}

/** What runs on a node, how often it has begun, and what it says of itself. */
class Known {
  readonly running = new Set<string>();
  lives = 0;
  resources = 'none';
}

/** Reads lines in the order of time. */
class Reader {
  readonly #tell: (observation: Observation) => void;
  readonly #nodes: ReadonlyMap<string, Known>;
  readonly #genuine: ReadonlySet<string>;

  constructor({ nodes }: Watched, tell: (observation: Observation) => void) {
    this.#tell = tell;
    this.#nodes = new Map(nodes.map(({ name }) => [name, new Known()]));
    this.#genuine = new Set(nodes.filter(({ genuine }) => genuine).map(({ name }) => name));
  }

  see(o: Observation): void {
    const known = this.#nodes.get(o.node);
    if (o.kind === 'script') {
      if (o.verb === 'start' && o.phase === 'begin') known?.running.add(o.resource);
      if (o.verb === 'stop' && o.phase === 'end' && o.ok === true)
        known?.running.delete(o.resource);
    }
    if (o.kind === 'power' && !o.on) known?.running.clear();
    if (o.kind === 'says' && known !== undefined) known.resources = o.resources;
    this.#tell(o);
  }

  line(at: number, node: string, line: string): void {
    const [, severity = 'notice', said] = SEVERITY.exec(line) ?? [];
    const text = said ?? line.replace(PREFIX, '');
    this.#tell({ at, node, kind: 'log', severity: severity.toLowerCase(), text });
    const known = this.#nodes.get(node);
    if (known !== undefined) this.#read(at, node, known, text);
  }

  #read(at: number, node: string, known: Known, text: string): void {
    const status = /^Local status now set to: '(\w+)'/.exec(text)?.[1];
    if (status === 'up') this.#begin(at, node, known);
    if (status !== undefined) {
      this.#tell({ at, node, kind: 'says', status, resources: known.resources });
    }
    if (/Heartbeat shutdown complete\.$/.test(text)) {
      this.#tell({ at, node, kind: 'ends', how: 'stopped' });
    }
    const dead = /^node (\S+): is dead$/.exec(text)?.[1];
    const [, peer, word] = /^Status update for node (\S+): status (\S+)/.exec(text) ?? [];
    if (dead !== undefined) {
      this.#tell({ at, node, kind: 'declares', peer: dead, status: 'dead' });
    } else if (peer !== undefined && word !== undefined) {
      this.#tell({ at, node, kind: 'declares', peer, status: word });
    }
  }

  #begin(at: number, node: string, known: Known): void {
    known.lives += 1;
    this.#tell({
      at,
      node,
      kind: 'begins',
      generation: known.lives,
      genuine: this.#genuine.has(node),
      resumed: known.running.size > 0,
    });
  }
}
