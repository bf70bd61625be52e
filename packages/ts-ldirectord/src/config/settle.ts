/**
 * What of a virtual can only be settled when its whole block has been read: the protocol decides
 * which service names mean what, so every name is resolved at the end.
 */
import { hostPort } from './address.js';
import type { Fallback, Service, VirtualTarget } from './config.js';
import type { RealDraft, VirtualDraft } from './draft.js';
import { resolveFallback } from './fallback.js';
import type { Machine } from './machine.js';
import type { Place, ProblemList } from './problem.js';
import { parseRealAddresses, parseRealFlags, REALS_MAX, realDraft } from './real.js';
import { type ReceivePattern, receivePattern } from './receive.js';
import { resolveAddress, resolvePort } from './resolve.js';

/** A block with its names resolved; what it inherits from the globals is not yet in. */
export interface Block {
  readonly draft: VirtualDraft;
  readonly id: string;
  readonly name: string;
  readonly target: VirtualTarget;
  readonly service: Service;
  readonly reals: readonly RealDraft[];
  readonly receive?: ReceivePattern;
  readonly fallback?: Fallback;
}

/** The service a port stands for when `service` is not written (ldirectord 4.12). */
const SERVICE_OF_PORT: ReadonlyMap<number, Service> = new Map<number, Service>([
  [21, 'ftp'],
  [25, 'smtp'],
  [53, 'dns'],
  [80, 'http'],
  [110, 'pop'],
  [119, 'nntp'],
  [143, 'imap'],
  [389, 'ldap'],
  [443, 'https'],
  [587, 'submission'],
  [636, 'ldaps'],
  [993, 'imaps'],
  [995, 'pops'],
  [1521, 'oracle'],
  [1812, 'radius'],
  [3128, 'http_proxy'],
  [3306, 'mysql'],
  [5060, 'sip'],
  [5432, 'pgsql'],
]);

/** The port a service is checked on when neither `checkport` nor the real has one; 0: none. */
export function portOfService(service: Service): number {
  for (const [port, name] of SERVICE_OF_PORT) if (name === service) return port;
  return 0;
}

const COMPARES_CONTENT: ReadonlySet<Service> = new Set<Service>([
  ...(['dns', 'ftp', 'http', 'https', 'http_proxy', 'ldap', 'ldaps', 'simpletcp'] as const),
]);

/** Settles blocks one after the other; counts the reals of the whole file. */
export class Settler {
  readonly #machine: Machine;
  readonly #problems: ProblemList;
  #reals = 0;

  constructor(machine: Machine, problems: ProblemList) {
    this.#machine = machine;
    this.#problems = problems;
  }

  /** Undefined after an error, which is in the list. Errors come in ldirectord 4.12's order. */
  settle(draft: VirtualDraft, place: Place): Block | undefined {
    const { written } = draft;
    const port = written.kind === 'mark' ? '0' : written.port;
    const fallback =
      draft.fallback && resolveFallback(draft.fallback, draft, port, this.#machine, this.#problems);
    const target = this.#target(draft, place);
    const service = serviceOf(draft, target);
    const used = usesReceive(draft, service);
    const reals = draft.realLines.flatMap((line) => this.#realsOf(draft, line, used));
    const receive = draft.receive && this.#pattern(draft.receive, used);
    if (!target) return undefined;
    return {
      draft,
      ...namesOf(target),
      target,
      service,
      reals,
      ...(receive && { receive }),
      ...(fallback && { fallback }),
    };
  }

  #target(draft: VirtualDraft, place: Place): VirtualTarget | undefined {
    const { written, family, protocol } = draft;
    if (written.kind === 'mark')
      return { kind: 'mark', protocol: 'fwm', family, mark: written.mark };
    const address = resolveAddress(this.#machine, written.host, family);
    const port = resolvePort(this.#machine, written.port, protocol);
    if (address === undefined || port === undefined || protocol === 'fwm') {
      this.#problems.error(place, 'BAD_VIRTUAL', 'invalid address for virtual service');
      return undefined;
    }
    return { kind: 'address', protocol, family, address, port };
  }

  #realsOf(
    draft: VirtualDraft,
    { value, place }: VirtualDraft['realLines'][number],
    used: boolean,
  ): RealDraft[] {
    const { family } = draft;
    const found = parseRealAddresses(value, place, family, this.#machine, this.#problems);
    const flags = found && parseRealFlags(found.flags, place, this.#problems);
    if (!flags) return [];
    this.#reals += found.addresses.length;
    if (this.#reals > REALS_MAX) {
      const text = `too many real servers: at most ${REALS_MAX} in one file`;
      this.#problems.error(place, 'TOO_LARGE', text);
      return [];
    }
    const own = flags.strings && this.#own(flags.strings, place, used);
    return found.addresses.map((address) => realDraft(place.line, address, found.port, flags, own));
  }

  /**
   * The real's own strings. ldirectord 4.12 loses them when the request begins with a slash; here
   * they count in both forms.
   */
  #own(
    { request, receive }: { readonly request: string; readonly receive: string },
    place: Place,
    used: boolean,
  ): RealDraft['own'] {
    const pattern = receive === '' ? undefined : this.#pattern({ source: receive, place }, used);
    return {
      request: request.startsWith('/') ? request : `/${request}`,
      ...(pattern && { receive: pattern }),
    };
  }

  /** An unusable pattern is an error where a check needs it, and a warning where none does. */
  #pattern(
    { source, place }: { readonly source: string; readonly place: Place },
    used: boolean,
  ): ReceivePattern | undefined {
    const pattern = receivePattern(source);
    if (typeof pattern !== 'string') return pattern;
    const text = `invalid receive string: ${pattern}`;
    if (used) this.#problems.error(place, 'BAD_PATTERN', text);
    else this.#problems.warning(place, 'BAD_PATTERN', text);
    return undefined;
  }
}

function serviceOf(draft: VirtualDraft, target: VirtualTarget | undefined): Service {
  if (draft.service) return draft.service;
  const port = target?.kind === 'address' ? target.port : undefined;
  return (port !== undefined && SERVICE_OF_PORT.get(port)) || 'none';
}

function usesReceive(draft: VirtualDraft, service: Service): boolean {
  const negotiates = draft.checkType === 'negotiate' || draft.checkType === 'combined';
  return negotiates && COMPARES_CONTENT.has(service);
}

function namesOf(target: VirtualTarget): { readonly id: string; readonly name: string } {
  if (target.kind === 'mark') {
    const name = String(target.mark);
    return { id: `fwm${target.family === 'ipv6' ? '6' : ''}:${name}`, name };
  }
  const name = hostPort(target.address, target.port);
  return { id: `${target.protocol}:${name}`, name };
}
