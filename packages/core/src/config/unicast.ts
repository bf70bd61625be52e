/** The lines `ucast` and `ucast6` (device and peer) and the words of `bcast` (devices). */
import {
  ipv6Words,
  isLinkLocal,
  isMulticastIpv6,
  isNumericHost,
  isUnspecifiedOrLoopback,
} from './address.js';
import type { Draft, Word } from './draft.js';
import type { InterfaceFacts } from './machine.js';
import type { Medium } from './media.js';

type Unicast = Extract<Medium, { kind: 'ucast' | 'ucast6' }>;

/** One device of a `bcast` line; undefined when it was refused. */
export function readBcast(draft: Draft, word: Word): Medium | undefined {
  const device = word.text;
  const port = draft.portOf('bcast');
  const facts = draft.machine.networkInterface(device);
  if (facts?.address !== undefined) return { kind: 'bcast', device, port };
  const reason = facts === undefined ? 'No such device' : 'Cannot assign requested address';
  const code = 'HA_CF_BAD_BCAST';
  draft.reject(word, code, `glib: Get broadcast for interface ${device} failed: ${reason}`);
  draft.reject(word, code, `glib: IP interface [${device}] does not exist`);
  return undefined;
}

/** Reads a line of words; undefined when it was refused. The device is not looked at (3.0.6). */
export function readUcast(draft: Draft, words: readonly Word[], line: Word): Unicast | undefined {
  const [deviceWord, hostWord] = words;
  const device = deviceWord?.text ?? '';
  const port = draft.portOf('ucast');
  if (hostWord === undefined) {
    // Without any word heartbeat 3.0.6 dies.
    const own = deviceWord === undefined ? { own: true as const } : {};
    const text = `glib: ucast: [${device}] missing target IP address/hostname`;
    draft.problems.error(deviceWord ?? line, 'HA_CF_BAD_UCAST', text, own);
    return undefined;
  }
  const host = hostWord.text;
  if (!isNumericHost(host) && !('addresses' in draft.machine.resolve(host))) {
    draft.reject(hostWord, 'HA_CF_UNKNOWN_HOST', 'glib: ucast: cannot resolve hostname');
    const text = `glib: ucast: interface [${device}] does not exist`;
    draft.reject(hostWord, 'HA_CF_UNKNOWN_HOST', text);
    return undefined;
  }
  return { kind: 'ucast', device, host, port };
}

/** Reads a line of words; undefined when it was refused. */
export function readUcast6(draft: Draft, words: readonly Word[], line: Word): Unicast | undefined {
  const [deviceWord, hostWord] = words;
  const refuse = (word: Word, text: string): undefined =>
    void draft.reject(word, 'HA_CF_BAD_UCAST6', `glib: ${text}`);
  if (deviceWord === undefined) return refuse(line, 'ucast6 statement without device');
  const device = deviceWord.text;
  const facts = draft.machine.networkInterface(device);
  if (facts === undefined) {
    return refuse(deviceWord, `ucast6 device [${device}] is invalid or not set up properly`);
  }
  if (hostWord === undefined) return refuse(line, `ucast6 [${device}] missing ucast6 address`);
  const host = hostWord.text;
  const [bare = '', scope] = host.split(/%(.*)/s, 2);
  const address = ipv6Words(bare);
  if (address === undefined || isUnspecifiedOrLoopback(address) || isMulticastIpv6(address)) {
    return refuse(hostWord, `ucast6 [${device}] bad addr [${host}]`);
  }
  const port = draft.portOf('ucast6');
  const trouble = scopeTrouble(draft, scope, isLinkLocal(address), device, facts);
  if (trouble === undefined) return { kind: 'ucast6', device, host, port };
  refuse(
    hostWord,
    trouble === 'unknown'
      ? `getaddrinfo([${host}]:${port}): Name or service not known`
      : `ucast6: ${trouble}`,
  );
  const text = `glib: Error creating ucast6_private(${device}, ${host})`;
  draft.problems.error(hostWord, 'HA_CF_BAD_UCAST6', text, { printedAs: 'warn' });
  return undefined;
}

/** Whether the scope behind `%` is that of the device; `unknown` where it is no scope at all. */
function scopeTrouble(
  draft: Draft,
  scope: string | undefined,
  linkLocal: boolean,
  device: string,
  { index }: InterfaceFacts,
): string | undefined {
  if (scope === undefined) return undefined;
  const named = linkLocal ? draft.machine.networkInterface(scope)?.index : undefined;
  const id = named ?? (/^\d{1,9}$/.test(scope) ? Number(scope) : undefined);
  if (id === undefined) return 'unknown';
  // 0 stands for no scope, and only addresses of one link have one that counts.
  if (!linkLocal || id === 0 || id === index) return undefined;
  return `index ${index} does not match scope id ${id} for device ${device}`;
}
