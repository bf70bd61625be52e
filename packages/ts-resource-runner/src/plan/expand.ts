/** What a job means for the groups of haresources: which of them are taken or released, in order. */
import type { Job, Share } from '@ts-heartbeat/core/job';
import type { LogLine } from '@ts-heartbeat/core/log';
import { type Group, groupsWithKey, type HeldGroup, isAddress } from './group.js';

export type Task =
  /** Start what is not running; with `unlessFirstRuns`, nothing if the group runs already. */
  | { readonly do: 'take'; readonly group: Group; readonly unlessFirstRuns: boolean }
  /** Look whether the group runs. */
  | { readonly do: 'look'; readonly group: Group }
  /** Stop every resource, held or not. */
  | { readonly do: 'release'; readonly group: Group }
  /** Stop every resource if the first one runs, after the hook rc.d/local_giveip. */
  | { readonly do: 'releaseIfOwned'; readonly group: Group }
  /** Announce every address of the group again. */
  | { readonly do: 'announce'; readonly group: Group }
  /** Log a line under the name of a script. */
  | { readonly do: 'say'; readonly tag: string; readonly line: LogLine };

export interface Surroundings {
  readonly localNode: string;
  readonly groups: readonly Group[];
  readonly held: readonly HeldGroup[];
  readonly environment: Readonly<Record<string, string>>;
}

function shareOf(groups: readonly Group[], share: Share, localNode: string): readonly Group[] {
  if (share === 'all') return groups;
  return groups.filter((group) => (group.node === localNode) === (share === 'local'));
}

/** Groups that run here although a later edit took them out of haresources. */
function forgotten(around: Surroundings): readonly Group[] {
  const known = new Set(around.groups.map((group) => group.key));
  return around.held.map((held) => held.group).filter((group) => !known.has(group.key));
}

/** A line of mach_down, which logs under its own name. */
function info(text: string): Task {
  return { do: 'say', tag: 'mach_down', line: { severity: 'info', text } };
}

/** What mach_down 3.0.6 says at its end; `HA_NICEFAILBACK` is set unless auto_failback is legacy. */
function takeOverEnd(node: string, environment: Surroundings['environment']): readonly Task[] {
  const program = `${environment.HA_NOARCHBIN ?? '/usr/share/heartbeat'}/mach_down`;
  const end = info(`mach_down takeover complete for node ${node}.`);
  return /^[Yy]es$/.test(environment.HA_NICEFAILBACK ?? '')
    ? [info(`${program}: nice_failback: foreign resources acquired`), end]
    : [end];
}

/**
 * The tasks of a job, in order. Groups come in file order, as in the genuine scripts. What releases
 * also reaches groups that are held but no longer in the file; the genuine one leaves them running.
 */
export function expand(job: Job, around: Surroundings): readonly Task[] {
  const { groups, localNode, held } = around;
  const known = [...groups, ...forgotten(around)];
  const take = (group: Group): Task => ({ do: 'take', group, unlessFirstRuns: false });
  const release = (group: Group): Task => ({ do: 'release', group });
  switch (job.kind) {
    case 'acquireOwn': {
      const unfinished = new Set(held.filter((h) => !h.complete).map((h) => h.group.key));
      return shareOf(groups, 'local', localNode).map((group) => ({
        do: 'take',
        group,
        unlessFirstRuns: !unfinished.has(group.key),
      }));
    }
    case 'findIdle':
      return shareOf(groups, job.share ?? 'local', localNode).map((group) => ({
        do: 'look',
        group,
      }));
    case 'takeOver': {
      const node = job.node.toLowerCase();
      if (node === localNode) return [];
      return [
        ...groups
          .filter((group) => group.node === node)
          .flatMap((group) => [info(`Taking over resource group ${group.key}`), take(group)]),
        ...takeOverEnd(node, around.environment),
      ];
    }
    case 'standbyRelease':
      return shareOf(known, job.share, localNode).map(release);
    case 'standbyAcquire': {
      const { share, except = [] } = job;
      return shareOf(groups, share, localNode)
        .filter(({ key }) => !except.includes(key))
        .map(take);
    }
    case 'releaseAll':
      return known.map(release);
    case 'takeGroup':
      return groupsWithKey(groups, job.key).map(take);
    case 'giveGroup':
      return groupsWithKey(known, job.key).map((group) => ({ do: 'releaseIfOwned', group }));
    case 'announce': {
      const running = held.filter(({ complete }) => complete).map(({ group }) => group);
      return shareOf(running, job.share, localNode)
        .filter((group) => group.resources.some(isAddress))
        .map((group) => ({ do: 'announce', group }));
    }
  }
}
