/** The recorded behaviour of the genuine ldirectord: what was done, and what came of it. */
import { readdirSync, readFileSync } from 'node:fs';
import type { ServerSpec } from './realserver.js';

const FOLDER = new URL('../../vectors/ldirectord/', import.meta.url);
const MORE = new URL('../../vectors/ldirectord-more/', import.meta.url);

export interface FileSpec {
  readonly content: string;
  /** Octal. */
  readonly mode?: string;
}

/** What happens at the beginning of a phase, and how long it was left to take effect. */
export interface Happening {
  readonly name: string;
  /** Words of an ldirectord command. */
  readonly run?: readonly string[];
  /** The command stays, as the daemon itself. */
  readonly foreground?: boolean;
  readonly backend?: Readonly<Record<string, Partial<ServerSpec>>>;
  /** The new text of the configuration. */
  readonly config?: string;
  readonly write?: Readonly<Record<string, FileSpec>>;
  readonly remove?: readonly string[];
  /** A signal to the daemon, without SIG. */
  readonly signal?: string;
  /** What an operator tells ipvsadm. */
  readonly operator?: readonly string[];
  /** Seconds. */
  readonly settle: number;
}

export interface CommandEnd {
  readonly rc: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** How things stood at the end of a phase. */
export interface Phase {
  readonly phase: string;
  readonly table_save: readonly string[];
  readonly thresholds?: Readonly<Record<string, { readonly u: number; readonly l: number }>>;
  readonly command?: CommandEnd;
  readonly logs?: Readonly<Record<string, readonly string[]>>;
  /** The connections that each real server had in this phase; see `RealServer.takeSeen`. */
  readonly seen?: Readonly<Record<string, string>>;
}

export interface Vector {
  readonly name: string;
  readonly title: string;
  readonly config: string;
  readonly config_path?: string;
  readonly files?: Readonly<Record<string, FileSpec>>;
  readonly backends: readonly (ServerSpec & { readonly id: string })[];
  readonly preexisting_table?: readonly string[];
  readonly collect?: readonly string[];
  readonly events: readonly Happening[];
  readonly expected: { readonly phases: readonly Phase[] };
  /** From that phase on the genuine program is not to be followed. */
  readonly genuine_bug?: { readonly from_phase: string | null; readonly note: string };
}

/** A line of the list of bad configurations and command lines. */
export interface BadCase {
  readonly name: string;
  readonly config?: string;
  readonly path?: string;
  readonly args?: readonly string[];
  readonly expected: {
    readonly exit: number;
    readonly stdout: string;
    readonly stderr: string;
    readonly daemon_started: boolean;
  };
}

function read(name: string, folder = FOLDER): unknown {
  return JSON.parse(readFileSync(new URL(name, folder), 'utf8'));
}

/** Every recorded run, in the order of the numbers. */
export function vectors(): readonly Vector[] {
  const names = readdirSync(FOLDER).filter((name) => /^(?!90)\d\d-.*\.json$/.test(name));
  return names.sort().map((name) => read(name) as Vector);
}

/** Runs that were recorded for questions of the director. */
export function moreVectors(): readonly Vector[] {
  return readdirSync(MORE)
    .sort()
    .map((name) => read(name, MORE) as Vector);
}

export function badCases(): readonly BadCase[] {
  return (read('90-bad-configs.json') as { readonly cases: readonly BadCase[] }).cases;
}
