/** `fallback=HOST[:PORT] [gate|masq|ipip]`, of a virtual and global. */
import { hostPort } from './address.js';
import type { Fallback, Family, Forwarding, Protocol } from './config.js';
import type { FallbackDraft, GlobalFallback } from './draft.js';
import type { Machine } from './machine.js';
import type { Place, ProblemList } from './problem.js';
import { resolveAddress, resolvePort } from './resolve.js';

const FORWARDINGS: readonly Forwarding[] = ['gate', 'masq', 'ipip'];

export function forwardingOf(word: string): Forwarding | undefined {
  return FORWARDINGS.find((forwarding) => forwarding === word);
}

/** Reads the value; the last two words count (ldirectord 4.12). Problems go to the list. */
export function parseFallback(
  value: string,
  place: Place,
  problems: ProblemList,
): FallbackDraft | undefined {
  const words = value.split(/[ \t\v\f\r]+/).filter((word) => word !== '');
  const [first = '', second] = words.slice(-2);
  const split = /^(.*?)(?::([A-Za-z0-9_-]+))?$/s.exec(first);
  const forwarding = second === undefined ? 'gate' : forwardingOf(second);
  if (!forwarding) {
    problems.error(place, 'BAD_FALLBACK', 'forward method must be gate, masq or ipip');
    return undefined;
  }
  const port = split?.[2];
  return { place, host: split?.[1] ?? '', forwarding, ...(port !== undefined && { port }) };
}

function fallbackAddress(
  draft: FallbackDraft,
  family: Family,
  machine: Machine,
  problems: ProblemList,
): string | undefined {
  const address = resolveAddress(machine, draft.host, family);
  if (address === undefined) {
    const version = family === 'ipv4' ? 'IPv4' : 'IPv6';
    const text = `invalid ${version} address or could not resolve for fallback server`;
    problems.error(draft.place, 'BAD_FALLBACK', `${text}: ${draft.host}`);
  }
  return address;
}

/** Resolves a virtual's own fallback; `defaultPort` is the virtual's port as written. */
export function resolveFallback(
  draft: FallbackDraft,
  virtual: { readonly protocol: Protocol; readonly family: Family },
  defaultPort: string,
  machine: Machine,
  problems: ProblemList,
): Fallback | undefined {
  const address = fallbackAddress(draft, virtual.family, machine, problems);
  if (address === undefined) return undefined;
  const port = resolvePort(machine, draft.port ?? defaultPort, virtual.protocol);
  if (port === undefined) {
    problems.error(draft.place, 'BAD_FALLBACK', 'invalid port for fallback server');
    return undefined;
  }
  return { address, port, name: hostPort(address, port), forwarding: draft.forwarding };
}

/**
 * Resolves a global fallback for virtuals of either protocol. A service name must exist for both of
 * them (ldirectord 4.12), which shuts out `http` on Debian 12: say 80 there.
 */
export function resolveGlobalFallback(
  draft: FallbackDraft,
  family: Family,
  machine: Machine,
  problems: ProblemList,
): GlobalFallback | undefined {
  const address = fallbackAddress(draft, family, machine, problems);
  if (address === undefined) return undefined;
  if (draft.port === undefined) return { address, forwarding: draft.forwarding };
  const tcpPort = resolvePort(machine, draft.port, 'tcp');
  const udpPort = resolvePort(machine, draft.port, 'udp');
  if (tcpPort === undefined || udpPort === undefined) {
    problems.error(draft.place, 'BAD_FALLBACK', 'invalid port for fallback server');
    return undefined;
  }
  return { address, forwarding: draft.forwarding, tcpPort, udpPort };
}

/** The global fallback as one virtual uses it: with the virtual's port where it has none. */
export function globalFallbackFor(
  global: GlobalFallback,
  virtual: { readonly protocol: Protocol; readonly port: number },
): Fallback {
  const port = (virtual.protocol === 'udp' ? global.udpPort : global.tcpPort) ?? virtual.port;
  const { address, forwarding } = global;
  return { address, port, name: hostPort(address, port), forwarding };
}
