/** What has been read of an ha.cf so far, while its lines are parsed. */
import type { Millis } from '../time.js';
import type { ConfigFile } from './file.js';
import type { Machine } from './machine.js';
import type { Medium } from './media.js';
import { type Place, ProblemList } from './problemlist.js';
import type { ApiAuthRule, ClientLine, ConfiguredNode, Settings, StonithLine } from './settings.js';

/** A word of a line, and where it stands. */
export interface Word extends Place {
  readonly text: string;
}

/** The table of nodes of heartbeat 3.0.6 holds this many, ping nodes included. */
export const NODES_MAX = 100;
/** Its table of media. */
export const MEDIA_MAX = 64;
/** A node name is cut to this length. */
export const NODE_NAME_MAX = 99;
/** A client line is tried at every start of the daemon and costs a process: enough for anything. */
export const CLIENTS_MAX = 256;
/** Rules of the client API, and variables for scripts: likewise. */
export const API_RULES_MAX = 256;
export const VARIABLES_MAX = 256;
/** Each fencing device may take minutes of an attempt, and takes part in every one. */
export const STONITH_LINES_MAX = 16;
/** The port of heartbeat where /etc/services does not name one for `ha-cluster`. */
const DEFAULT_PORT = 694;

/** Mutable, and never seen outside the parser. */
export class Draft {
  readonly machine: Machine;
  /** ha.cf as texts name it. */
  readonly path: string;
  /** Those of the phase under way: the lines, then the checks of the whole. */
  problems: ProblemList;
  readonly localNode: string;

  readonly nodes: ConfiguredNode[] = [];
  /** Entries of the genuine node table, those listed twice counted twice. */
  #nodeCount = 0;
  readonly media: Medium[] = [];
  readonly clients: ClientLine[] = [];
  readonly apiauth = new Map<string, ApiAuthRule>();
  readonly environment = new Map<string, string>();
  /** Recorded directives as written. */
  readonly parameters = new Map<string, string>();
  readonly times = new Map<string, Millis>();
  readonly numbers = new Map<string, number>();
  readonly flags = new Map<string, boolean>();
  readonly texts = new Map<string, string>();

  autoFailback: Settings['autoFailback'] = 'legacy';
  /** auto_failback was given and was not `legacy`. */
  niceFailback = false;
  autojoin: 'none' | 'other' | 'any' = 'none';
  generationMethod: Settings['generationMethod'] = 'file';
  uuidFrom: 'file' | 'nodename' = 'file';
  /** `crm` or `pacemaker` was given, with whatever value. */
  pacemakerSeen = false;
  /** Accepted lines; the last of them is the one the genuine program uses. */
  readonly stonith: StonithLine[] = [];
  baud: number | undefined;
  udpport: number | undefined;
  /** Ports of the kinds of media that have been used: the first use fixes it for the kind. */
  readonly #ports = new Map<string, number>();

  constructor(file: ConfigFile, machine: Machine) {
    this.machine = machine;
    this.path = file.path;
    this.problems = new ProblemList(file.path);
    const [override] = machine.nodeinfo === undefined ? [] : machine.nodeinfo.split('\n', 1);
    this.localNode = (override ?? machine.hostName).toLowerCase();
  }

  /** Adds to the node table; false when it is full. */
  addNode(name: string, type: ConfiguredNode['type']): boolean {
    const fits = this.countNode();
    if (fits) this.nodes.push({ name, type });
    return fits;
  }

  /** An entry for a name that is there already: never found by anybody, but it takes a place. */
  countNode(): boolean {
    if (this.#nodeCount >= NODES_MAX) return false;
    this.#nodeCount += 1;
    return true;
  }

  hasMember(name: string): boolean {
    return this.nodes.some((node) => node.type === 'normal' && node.name === name);
  }

  /** The port in force now: that of the last `udpport`, else the service, else 694. */
  currentPort(): number {
    return this.udpport ?? this.machine.udpPort('ha-cluster') ?? DEFAULT_PORT;
  }

  /** The port of bcast, ucast or ucast6: what was in force when that kind was first used. */
  portOf(kind: string): number {
    const port = this.#ports.get(kind) ?? this.currentPort();
    this.#ports.set(kind, port);
    return port;
  }

  /** True once `udpport` can no longer reach every medium. */
  get portsFixed(): boolean {
    return this.#ports.size > 0;
  }

  /** A value that heartbeat 3.0.6 refuses without a word of its own: the line is ours. */
  refuse(directive: string, word: Word, wanted: string): false {
    this.problems.error(
      word,
      'HA_CF_BAD_VALUE',
      `Invalid value [${word.text}] of directive ${directive} in ${this.path}: ${wanted}`,
      { own: true },
    );
    return false;
  }

  /** A value that heartbeat 3.0.6 refuses with a text of its own. */
  reject(word: Place, code: string, text: string, form: 'log' | 'bare' = 'log'): false {
    this.problems.error(word, code, text, { form });
    return false;
  }
}
