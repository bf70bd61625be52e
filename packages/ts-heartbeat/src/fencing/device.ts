/** A fencing device of ha.cf: the program that works it, and what that program must be told. */
import type { StonithLine } from '@ts-heartbeat/core/config/settings';

/** One run of a program. */
export interface Invocation {
  readonly argv: readonly [string, ...string[]];
  /** What stands on its standard input: passwords, which no list of processes may show. */
  readonly input: string;
}

export interface FencingDevice {
  /** What the log calls it: the type, never a parameter. */
  readonly name: string;
  /** Parameters, which may be passwords; to be kept out of the log. */
  readonly secrets: readonly string[];
  /** Turns that node off and on again. */
  reset(node: string): Invocation;
  /** Asks whether the device itself works. */
  readonly check: Invocation;
  /** What the exit code of a reset means. */
  meaning(code: number | null): 'ok' | 'failed' | 'badHost';
}

/** Reads a file of parameters; an empty text where it cannot be read. */
export type ReadText = (path: string) => string;

/** Types of that form are agents of the package fence-agents; all others belong to cluster-glue. */
export const AGENT = /^fence_[A-Za-z0-9_.-]+$/;

export const AGENT_DIRECTORY = '/usr/sbin';

const STONITH = '/usr/sbin/stonith';

/** How the program's `-F` names its standard input. */
const STANDARD_INPUT = '/dev/stdin';

/** `S_BADHOST` of cluster-glue: the device does not know that host. */
const BAD_HOST = 4;

/** The device of a `stonith` or `stonith_host` line. */
export function fencingDevice(line: StonithLine, readText: ReadText): FencingDevice {
  return AGENT.test(line.type) ? agentDevice(line, readText) : stonithDevice(line, readText);
}

/**
 * A type of cluster-glue, worked by its program `stonith`: parameters of a `stonith_host` line have
 * the form that its parameter files have, so they are given as such a file.
 */
function stonithDevice({ type, parameters, form }: StonithLine, readText: ReadText): FencingDevice {
  const isFile = form === 'stonith';
  const [path = ''] = parameters;
  const source = isFile ? path : STANDARD_INPUT;
  const input = isFile ? '' : `${parameters.join(' ')}\n`;
  const run = (...words: readonly string[]): Invocation => ({
    argv: [STONITH, '-t', type, '-F', source, ...words],
    input,
  });
  return {
    name: type,
    secrets: isFile ? words(readText(path)) : parameters,
    reset: (node) => run('-T', 'reset', node),
    check: run('-S'),
    meaning(code) {
      if (code === 0) return 'ok';
      return code === BAD_HOST ? 'badHost' : 'failed';
    },
  };
}

/**
 * A fence agent: `name=value` lines on its standard input. It is told the node as `port` and
 * `nodename`, and to reboot it, where the parameters do not say otherwise.
 */
function agentDevice({ type, parameters, form }: StonithLine, readText: ReadText): FencingDevice {
  const [path = ''] = parameters;
  const options = form === 'stonith' ? fileOptions(readText(path)) : parameters;
  const given = new Set(options.map((option) => option.replace(/=.*/s, '')));
  const argv = [`${AGENT_DIRECTORY}/${type}`] as const;
  const input = (own: readonly string[]): string =>
    [...options.filter((option) => !isAction(option)), ...own].map((row) => `${row}\n`).join('');
  const action = options.find(isAction) ?? 'action=reboot';
  return {
    name: type,
    secrets: options.map((option) => option.replace(/^[^=]*=/, '')),
    reset(node) {
      const own = [action];
      if (!given.has('port') && !given.has('plug')) own.push(`port=${node}`);
      if (!given.has('nodename')) own.push(`nodename=${node}`);
      return { argv, input: input(own) };
    },
    check: { argv, input: input(['action=monitor']) },
    meaning: (code) => (code === 0 ? 'ok' : 'failed'),
  };
}

function isAction(option: string): boolean {
  return option.startsWith('action=');
}

/** The lines of an agent's parameter file without comments and blanks around them. */
function fileOptions(text: string): readonly string[] {
  const rows = text.split('\n').map((row) => row.trim());
  return rows.filter((row) => row !== '' && !row.startsWith('#'));
}

function words(text: string): readonly string[] {
  return fileOptions(text).flatMap((row) => row.split(/\s+/));
}
