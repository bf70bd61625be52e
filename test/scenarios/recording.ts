/** The recordings of the genuine pair, and what they say of the resource scripts. */

import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { DIRECTORS, type Director } from '../lab/lab.js';
import { REPOSITORY } from '../lab/place.js';
import type { Call } from './calls.js';

/** A scenario that two genuine nodes, heartbeat 3.0.6, went through. */
export interface Recording {
  readonly name: string;
  readonly description: string;
  readonly hacf: string;
  readonly haresources: string;
  readonly authkeys: string;
  /** Starts, stops and reboots in the order of their beginning. */
  readonly calls: readonly Call[];
}

const FOLDER = join(REPOSITORY, 'test', 'vectors', 'heartbeat-scenarios');

/** Where ipfail is in the package the recordings were made with. */
const RECORDED_IPFAIL = /\/usr\/lib(?:exec)?\/heartbeat\/ipfail/g;

/**
 * The recordings were made on an idle machine. A busy one may hold a program up for two seconds,
 * which must not be taken for its death; which calls are made does not depend on it.
 */
function withPatience(hacf: string): string {
  return hacf.replace(/^deadtime 2$/m, 'deadtime 4').replace(/^warntime 1$/m, 'warntime 2');
}

interface Event {
  readonly kind: string;
  readonly node?: string;
  readonly script?: string;
  readonly verb?: string;
  readonly args?: readonly string[];
}

/** The names of all recordings. */
export function recordingNames(): readonly string[] {
  return readdirSync(FOLDER)
    .filter((file) => file.endsWith('.json') && file !== 'index.json')
    .map((file) => file.slice(0, -'.json'.length))
    .sort();
}

/** Full path of a file that belongs to the recordings. */
export function recordingFile(...parts: readonly string[]): string {
  return join(FOLDER, ...parts);
}

/** Reads one recording. Throws when there is none of that name. */
export function recording(name: string): Recording {
  const file = JSON.parse(readFileSync(recordingFile(`${name}.json`), 'utf8'));
  const events: readonly Event[] = file.events;
  return {
    name,
    description: file.description,
    hacf: withPatience(file.config.ha_cf).replace(RECORDED_IPFAIL, '/usr/lib/heartbeat/ipfail'),
    haresources: file.config.haresources,
    authkeys: file.config.authkeys,
    calls: events.flatMap((event) => callOf(event)),
  };
}

function callOf({ kind, node, script = '', verb = '', args = [] }: Event): Call[] {
  if (!isDirector(node)) return [];
  if (kind === 'reboot') return [{ node, verb: 'reboot', resource: verb }];
  if (kind !== 'resource' || (verb !== 'start' && verb !== 'stop')) return [];
  return [{ node, verb, resource: [script, ...args].join('::') }];
}

function isDirector(name: string | undefined): name is Director {
  return DIRECTORS.some((director) => director === name);
}
