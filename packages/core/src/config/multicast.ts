/** The lines `mcast` and `mcast6`: device, group, port, ttl (hops), loop. */
import {
  ipv6Words,
  isHeartbeatGroup,
  isMulticastIpv4,
  isStrictIpv4,
  looseIpv4,
} from './address.js';
import type { Draft, Word } from './draft.js';
import type { Medium } from './media.js';
import { parseInteger } from './values.js';

type Multicast = Extract<Medium, { kind: 'mcast' | 'mcast6' }>;

/** heartbeat 3.0.6 lets no packet go farther than this many hops, for IPv4 as well. */
const HOPS_MAX = 4;

/** Reads a line of words; undefined when it was refused. */
export function readMcast(draft: Draft, words: readonly Word[], line: Word): Multicast | undefined {
  const [deviceWord, groupWord, ...rest] = words;
  const device = deviceWord?.text ?? '';
  const refuse = (word: Word | undefined, text: string): undefined =>
    void draft.reject(word ?? line, 'HA_CF_BAD_MCAST', `glib: ${text}`);
  if (deviceWord === undefined) {
    // heartbeat 3.0.6 dies of this line.
    draft.problems.error(line, 'HA_CF_BAD_MCAST', 'glib: mcast statement without device', {
      own: true,
    });
    return undefined;
  }
  if (!hasAddress(draft, deviceWord)) return undefined;
  if (groupWord === undefined) return refuse(line, `mcast [${device}] missing mcast address`);
  const group = groupWord.text;
  const address = looseIpv4(group);
  if (address === undefined || !isMulticastIpv4(address)) {
    return refuse(groupWord, `mcast [${device}] bad addr [${group}]`);
  }
  const numbers = readNumbers('mcast', device, rest, refuse);
  if (numbers === undefined) return undefined;
  const { port, ttl, loop } = numbers;
  if (!isStrictIpv4(group)) {
    draft.problems.error(
      groupWord,
      'HA_CF_BAD_MCAST',
      `glib: Error creating mcast_private(${device}, ${group}, ${port}, ${ttl}, ${loop})`,
      { printedAs: 'warn' },
    );
    return undefined;
  }
  return { kind: 'mcast', device, group, port, ttl, loop };
}

function hasAddress(draft: Draft, device: Word): boolean {
  const facts = draft.machine.networkInterface(device.text);
  if (facts?.address !== undefined) return true;
  const isMissing = facts === undefined;
  const reason = isMissing ? 'No such device' : 'Cannot assign requested address';
  const code = isMissing ? 'HA_CF_NO_DEVICE' : 'HA_CF_NO_ADDRESS';
  const what = 'Unable to retrieve local interface address for interface';
  draft.reject(device, code, `glib: ${what} [${device.text}] using ioctl(SIOCGIFADDR): ${reason}`);
  const text = `glib: mcast device [${device.text}] is invalid or not set up properly`;
  return draft.reject(device, code, text);
}

/** Port, ttl and loop, each cut to the width of its field, as the genuine plugin does. */
function readNumbers(
  kind: 'mcast' | 'mcast6',
  device: string,
  words: readonly Word[],
  refuse: (word: Word | undefined, text: string) => undefined,
): { readonly port: number; readonly ttl: number; readonly loop: 0 | 1 } | undefined {
  const [portWord, ttlWord, loopWord] = words;
  const hops = kind === 'mcast' ? 'ttl' : 'hops';
  const missing = (what: string) => refuse(undefined, `${kind} [${device}] missing ${what}`);
  const bad = (word: Word, what: string, value: number) =>
    refuse(word, ` ${kind} [${device}] bad ${what} [${value}]`);
  if (portWord === undefined) return missing('port');
  const port = parseInteger(portWord.text) & 0xffff;
  if (kind === 'mcast' && port === 0) return bad(portWord, 'port', port);
  if (ttlWord === undefined) return missing(hops);
  const ttl = parseInteger(ttlWord.text) & 0xff;
  if (ttl > HOPS_MAX) return bad(ttlWord, hops, ttl);
  if (loopWord === undefined) return missing('loop');
  const loop = parseInteger(loopWord.text) & 0xff;
  if (loop !== 0 && loop !== 1) return bad(loopWord, 'loop', loop);
  return { port, ttl, loop };
}

/** Reads a line of words; undefined when it was refused. */
export function readMcast6(
  draft: Draft,
  words: readonly Word[],
  line: Word,
): Multicast | undefined {
  const [deviceWord, groupWord, ...rest] = words;
  const refuse = (word: Word | undefined, text: string): undefined =>
    void draft.reject(word ?? line, 'HA_CF_BAD_MCAST6', `glib: ${text}`);
  if (deviceWord === undefined) return refuse(line, 'mcast6 statement without device');
  const device = deviceWord.text;
  if (draft.machine.networkInterface(device) === undefined) {
    return refuse(deviceWord, `mcast6 device [${device}] is invalid or not set up properly`);
  }
  if (groupWord === undefined) return refuse(line, `mcast6 [${device}] missing mcast6 address`);
  const group = groupWord.text;
  const address = ipv6Words(group);
  if (address === undefined || !isHeartbeatGroup(address)) {
    return refuse(groupWord, ` mcast6 [${device}] bad addr [${group}]`);
  }
  const numbers = readNumbers('mcast6', device, rest, refuse);
  if (numbers === undefined) return undefined;
  const portText = rest[0]?.text ?? '';
  if (!/^[+-]?\d+$/.test(portText) || parseInteger(portText) < 0) {
    if (draft.machine.udpPort(portText) === undefined) {
      const { ttl, loop } = numbers;
      refuse(
        rest[0],
        `getaddrinfo([${group}]:${portText}): Servname not supported for ai_socktype`,
      );
      const what = `mcast6_private(${device}, ${group}, ${portText}, ${ttl}, ${loop})`;
      draft.problems.error(rest[0] ?? line, 'HA_CF_BAD_MCAST6', `glib: Error creating ${what}`, {
        printedAs: 'warn',
      });
      return undefined;
    }
  }
  const port = draft.machine.udpPort(portText) ?? numbers.port;
  return { kind: 'mcast6', device, group, ...numbers, port };
}
