/** Calls of resource scripts, for each node and group in their order, and how two runs differ. */

import type { Director } from '../lab/lab.js';

export interface Call {
  readonly node: Director;
  readonly verb: 'start' | 'stop' | 'reboot';
  /** `IPaddr::192.168.136.10/24/eth0`, as haresources has it; for a reboot: the options. */
  readonly resource: string;
}

/** What happened to one group on one node: `start lvs`, `stop web` and so on. */
export interface Strand {
  readonly node: Director;
  /** From 1 in the order of haresources; 0 for reboots. */
  readonly group: number;
  readonly calls: readonly string[];
}

/** The resources of every group of haresources, in order. */
export function groupsOf(haresources: string): readonly (readonly string[])[] {
  return haresources
    .split('\n')
    .map((line) => line.trim().split(/\s+/).slice(1))
    .filter((resources) => resources.length > 0);
}

/** Sorts calls to their groups. Groups may interleave freely, since nothing ties them together. */
export function strandsOf(calls: readonly Call[], haresources: string): readonly Strand[] {
  const groups = groupsOf(haresources);
  const strands = new Map<string, { node: Director; group: number; calls: string[] }>();
  for (const { node, verb, resource } of calls) {
    const group =
      verb === 'reboot' ? 0 : groups.findIndex((resources) => resources.includes(resource)) + 1;
    const key = `${node} ${group}`;
    const strand = strands.get(key) ?? { node, group, calls: [] };
    strand.calls.push(`${verb} ${resource}`);
    strands.set(key, strand);
  }
  return [...strands.values()];
}

/**
 * Writes a group's calls out: `+` starts all of it in order, `-` stops all of it in reverse, `+web`
 * and `-web` start and stop the resource of that script, `!-nf` reboots with these options.
 */
export function spelledOut(short: string, resources: readonly string[]): readonly string[] {
  const called = (script: string): string =>
    resources.find((resource) => resource.split('::')[0] === script) ?? script;
  const down = [...resources].reverse();
  return (short.match(/[+-][A-Za-z]*|!\S+/g) ?? []).flatMap((word) => {
    if (word === '+') return resources.map((resource) => `start ${resource}`);
    if (word === '-') return down.map((resource) => `stop ${resource}`);
    if (word.startsWith('!')) return [`reboot ${word.slice(1)}`];
    return [`${word.startsWith('+') ? 'start' : 'stop'} ${called(word.slice(1))}`];
  });
}

/** The first call in which two runs differ, for every node and group; empty when they are equal. */
export function differences(
  expected: readonly Strand[],
  seen: readonly Strand[],
): readonly string[] {
  const keys = new Set([...expected, ...seen].map(({ node, group }) => `${node} ${group}`));
  const callsIn = (strands: readonly Strand[], key: string): readonly string[] =>
    strands.find(({ node, group }) => `${node} ${group}` === key)?.calls ?? [];
  return [...keys].sort().flatMap((key) => {
    const [wanted, had] = [callsIn(expected, key), callsIn(seen, key)];
    const place = wanted.findIndex((call, n) => call !== had[n]);
    if (place < 0 && wanted.length === had.length) return [];
    const n = place < 0 ? wanted.length : place;
    const before = n === 0 ? 'at first' : `after ${had[n - 1]}`;
    const end = 'nothing more';
    return [`${key}: ${before}: expected ${wanted[n] ?? end}, seen ${had[n] ?? end}`];
  });
}
