/** The lines `ping`, `ping6` and `ping_group`: hosts that answer echo requests, as pseudo members. */
import { ipv6Words, isNumericHost } from './address.js';
import { type Draft, NODES_MAX, type Word } from './draft.js';
import type { Medium } from './media.js';

/** Members of one group. A line of ha.cf has no room for many more. */
const MEMBERS_MAX = 512;

/** Why a host has no IPv4 address; undefined when it has one. */
function unknownHost({ machine }: Draft, host: string): string | undefined {
  if (isNumericHost(host)) return undefined;
  const resolution = machine.resolve(host);
  return 'reason' in resolution ? `glib: unknown host: ${host}: ${resolution.reason}` : undefined;
}

/** One host of a `ping` line; undefined when it was refused. */
export function readPing(draft: Draft, word: Word): Medium | undefined {
  const trouble = unknownHost(draft, word.text);
  if (trouble !== undefined) {
    draft.reject(word, 'HA_CF_UNKNOWN_HOST', trouble);
    return undefined;
  }
  return draft.addNode(word.text, 'ping') ? { kind: 'ping', host: word.text } : undefined;
}

/** One address of a `ping6` line; undefined when it was refused. Names are not looked up (3.0.6). */
export function readPing6(draft: Draft, word: Word): Medium | undefined {
  if (ipv6Words(word.text) === undefined) return undefined;
  return draft.addNode(word.text, 'ping') ? { kind: 'ping6', host: word.text } : undefined;
}

/**
 * Reads a line of words; undefined when it was refused. A member that cannot be resolved is called
 * an ERROR and is not fatal, not even when it is the only one (3.0.6); it stays a member here,
 * because the name service may be up later.
 */
export function readPingGroup(
  draft: Draft,
  words: readonly Word[],
  line: Word,
): Medium | undefined {
  const [nameWord, ...memberWords] = words;
  if (nameWord === undefined || memberWords.length === 0) {
    draft.refuse('ping_group', line, 'a name and the hosts of the group are wanted');
    return undefined;
  }
  if (memberWords.length > MEMBERS_MAX) {
    draft.refuse('ping_group', line, `no more than ${MEMBERS_MAX} hosts are possible`);
    return undefined;
  }
  for (const word of memberWords) {
    const trouble = unknownHost(draft, word.text);
    if (trouble === undefined) continue;
    draft.problems.warning(word, 'HA_CF_UNKNOWN_HOST', trouble, { printedAs: 'error' });
  }
  const name = nameWord.text;
  if (!draft.addNode(name, 'ping')) {
    draft.refuse('ping_group', line, `no more than ${NODES_MAX} nodes are possible`);
    return undefined;
  }
  return { kind: 'ping_group', name, hosts: memberWords.map(({ text }) => text) };
}
