/** A line of haresources as the plan needs it: scripts in order, with the place each was found at. */

export interface Resource {
  /** As written in haresources, such as `IPaddr::192.168.136.10/24/eth0`; names it in the log. */
  readonly word: string;
  readonly script: string;
  /** Given to the script before the verb. */
  readonly args: readonly string[];
  /** The script's file; null when neither resource.d nor the init directory has it. */
  readonly path: string | null;
}

/** Scripts that put an address on an interface and announce it; a bare address is an IPaddr. */
const ADDRESS_SCRIPTS: readonly string[] = ['IPaddr', 'IPaddr2'];

/** True for an address that can be announced on its network. */
export function isAddress({ script, args }: Resource): boolean {
  return ADDRESS_SCRIPTS.includes(script) && args[0] !== undefined;
}

/** A resource group: started from left to right, stopped from right to left. */
export interface Group {
  /** The node that owns the group, in lower case. */
  readonly node: string;
  /** The first word of the group; unique in the file. */
  readonly key: string;
  readonly resources: readonly Resource[];
}

/** A group of which at least the first start script has begun and not every stop has ended. */
export interface HeldGroup {
  readonly group: Group;
  /** False while a start or stop of this group is not finished. */
  readonly complete: boolean;
  /** It was taken over from a node that was gone, and has not been stopped here since. */
  readonly takenOver?: true;
}

/** The line of the group, as `Acquiring resource group: …` prints it. */
export function lineOf(group: Group): string {
  return [group.node, ...group.resources.map((resource) => resource.word)].join(' ');
}

/**
 * The groups a key means: those it is the key of, otherwise those that have it as a member
 * (ResourceManager 3.0.6 looks for the word anywhere in the line).
 */
export function groupsWithKey(groups: readonly Group[], key: string): readonly Group[] {
  const exact = groups.filter((group) => group.key === key);
  if (exact.length > 0) return exact;
  return groups.filter((group) => group.resources.some((resource) => resource.word === key));
}
