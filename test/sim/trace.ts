/**
 * The trace of a run: one line per observation, fixed columns, the same bytes for the same seed
 * everywhere. The last lines are kept for the report, and a digest of all of them.
 */
import { createHash, type Hash } from 'node:crypto';
import type { Observation, Stage } from './observation.js';

/** Lines kept for a report. */
const KEPT = 400;

interface Column {
  /** `X` down, `I` beginning, `T` in transition, `S` settled, `z` standing still. */
  state: string;
  /** Groups at home here and at the other node that are held: `L` and `F`. */
  held: string;
}

export class Trace {
  readonly #columns = new Map<string, Column>();
  readonly #kept: string[] = [];
  readonly #hash: Hash = createHash('sha256');
  readonly #write: ((line: string) => void) | undefined;

  /** `write` gets every line; without it only the last ones are kept. */
  constructor(nodes: readonly string[], write?: (line: string) => void) {
    for (const node of nodes) this.#columns.set(node, { state: 'X', held: '..' });
    this.#write = write;
  }

  see(observation: Observation): void {
    this.#note(observation);
    const text = textOf(observation);
    if (text !== undefined) this.#line(observation.at, observation.node, text);
  }

  stage(stage: Stage): void {
    if (stage.kind !== 'path') this.#line(stage.at, '', `= ${stage.kind}`);
    else {
      const { open, link, from, to } = stage;
      this.#line(stage.at, '', `# ${open ? 'open' : 'cut'} ${link} ${from}->${to}`);
    }
  }

  /** The last lines, oldest first. */
  get last(): readonly string[] {
    return this.#kept;
  }

  /** Of all lines so far, in hexadecimal. Ends the trace. */
  digest(): string {
    return this.#hash.digest('hex');
  }

  #note(observation: Observation): void {
    const column = this.#columns.get(observation.node);
    if (column === undefined) return;
    switch (observation.kind) {
      case 'begins':
        column.state = 'I';
        break;
      case 'ends':
        column.state = 'X';
        break;
      case 'power':
        if (!observation.on) Object.assign(column, { state: 'X', held: '..' });
        break;
      case 'paused':
        column.state = 'z';
        break;
      case 'resumed':
        column.state = 'S';
        break;
      case 'says': {
        const { resources } = observation;
        column.state = resources === 'transition' ? 'T' : 'S';
        const local = resources === 'local' || resources === 'all';
        const foreign = resources === 'foreign' || resources === 'all';
        column.held = `${local ? 'L' : '.'}${foreign ? 'F' : '.'}`;
        break;
      }
      default:
        break;
    }
  }

  #line(at: number, node: string, what: string): void {
    const columns = [...this.#columns].map(([name, { state, held }]) =>
      name === node ? `${name[0] ?? '?'} ${state} ${held}` : '. . ..',
    );
    const line = `${clock(at)}  ${columns.join('  ')}  ${what}`;
    this.#hash.update(`${line}\n`);
    this.#write?.(line);
    this.#kept.push(line);
    if (this.#kept.length > KEPT * 2) this.#kept.splice(0, KEPT);
  }
}

/** Hours, minutes and seconds, twelve columns wide. */
function clock(at: number): string {
  const two = (value: number): string => String(value).padStart(2, '0');
  const seconds = Math.floor(at / 1000);
  const text = `${Math.floor(seconds / 3600)}:${two(Math.floor(seconds / 60) % 60)}`;
  return `${text}:${two(seconds % 60)}.${String(at % 1000).padStart(3, '0')}`.padStart(12);
}

function textOf(observation: Observation): string | undefined {
  switch (observation.kind) {
    case 'sent': {
      const { type, seq, again } = observation;
      return `> ${type} seq=${seq}${again ? ' again' : ''}`;
    }
    case 'available': {
      const { type, seq, link, authentic } = observation;
      return `< ${type} seq=${seq} ${link}${authentic ? '' : ' spoilt'}`;
    }
    case 'accepted':
    case 'told':
    case 'size':
      return undefined;
    case 'log':
      return `  ${observation.severity}: ${observation.text}`;
    case 'declares':
      return `! ${observation.peer} is ${observation.status}`;
    case 'says':
      return `= ${observation.status}, holds ${observation.resources}`;
    case 'script': {
      const { phase, verb, resource, ok, hung } = observation;
      const end = ok === true ? 'ok' : 'failed';
      return `$ ${resource} ${verb} ${phase === 'begin' ? '...' : hung === true ? 'ended' : end}`;
    }
    case 'begins': {
      const { generation, resumed, genuine } = observation;
      const kind = genuine ? 'genuine' : 'ours';
      return `* begins, generation ${generation}, ${kind}${resumed ? ', resumes' : ''}`;
    }
    case 'ends':
      return `* ends: ${observation.how}`;
    case 'power':
      return `* power ${observation.on ? 'on' : 'off'}`;
    case 'paused':
    case 'resumed':
    case 'reboots':
      return `* ${observation.kind}`;
    case 'slow':
      return `* served up to ${observation.lateness} ms late`;
    case 'wallStep':
      return `* wall clock set by ${observation.seconds} s`;
    case 'asked': {
      const { what, share } = observation;
      return share === undefined ? `? ${what}` : `? ${what} ${share}`;
    }
    case 'pingNode':
      return `# ${observation.name} ${observation.reachable ? 'answers' : 'is lost'}`;
    case 'arp':
      return `~ ${observation.address} is here`;
  }
}
