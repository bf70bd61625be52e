/** Who may use the client API, and as whom. */
import type { ApiAuthRule } from '../config/settings.js';
import { FIELD } from '../message/fields.js';
import type { Message } from '../message/message.js';

/** The process at the other end of a connection, as the kernel vouches for it. */
export interface PeerIdentity {
  readonly pid: number;
  readonly uid: number;
  readonly gid: number;
}

/** The rule that casual clients fall under, and the one for names without a rule of their own. */
const ANONYMOUS = 'anon';
const DEFAULT = 'default';

/** A client's name is shorter than this (heartbeat 2.1). */
const ID_LENGTH_MAX = 31;

/** What is known here of other clients and of the machine's processes. */
export interface Registry {
  readonly isSignedOn: (id: string) => boolean;
  readonly processExists: (pid: number) => boolean;
  /** The group that the genuine cl_status lends to whoever runs it. */
  readonly commandGroup: number | undefined;
}

export type SignOn =
  | { readonly ok: true; readonly id: string; readonly casual: boolean }
  | {
      readonly ok: false;
      /** `info` of the reply; absent when the request is not even answered. */
      readonly info?: string;
      /** `info` of its leaving, where that is not the same. */
      readonly left?: string;
      /** Empty until it is known to be a client of its own. */
      readonly id: string;
      readonly casual: boolean;
    };

/** A decimal number in the way of scanf: what follows it does not matter. */
function numberIn(text: string | undefined): number | undefined {
  const [, digits] = /^\s*([+-]?\d+)/.exec(text ?? '') ?? [];
  return digits === undefined ? undefined : Number(digits);
}

/**
 * Judges a sign-on request. The name must be free, the claimed user and group those of the
 * connection, the claimed process its process, and the rule for its name must list the user or the
 * group. Root may always sign on as a casual client. Texts and their order are those of heartbeat
 * 3.0.6, which has two defects that are not carried over: a request without `from_id` or `pid` ends
 * it, and of a name that is too long it takes the first 32 bytes and what lies behind them.
 */
export function judgeSignOn(
  request: Message,
  peer: PeerIdentity | undefined,
  rules: readonly ApiAuthRule[],
  registry: Registry,
): SignOn {
  const id = request.get(FIELD.fromId);
  const claimedPid = request.get(FIELD.pid);
  const casual = id === claimedPid;
  if (id === undefined || claimedPid === undefined) return { ok: false, id: '', casual };
  const unnamed = (info: string): SignOn & { readonly ok: false } => ({
    ok: false,
    id: '',
    casual: false,
    info,
  });
  const refuse = (info: string): SignOn => ({ ok: false, id, casual, info });
  if (id === '' || registry.isSignedOn(id)) return unnamed('duplicate add request');
  const pid = numberIn(claimedPid) ?? 0;
  if (pid <= 0) return unnamed('bad pid');
  if (!registry.processExists(pid)) return { ...unnamed('bad pid'), left: 'died' };
  const uid = numberIn(request.get(FIELD.uid));
  const gid = numberIn(request.get(FIELD.gid));
  if (uid === undefined || gid === undefined) return refuse('invalid id info');
  if (peer === undefined || peer.uid !== uid || peer.gid !== gid) {
    return refuse('incorrect/false credentials');
  }
  const rule = casual ? ruleFor(ANONYMOUS, rules) : (ruleFor(id, rules) ?? ruleFor(DEFAULT, rules));
  const rootAsks = casual && peer.uid === 0;
  const none = (rule === undefined && !rootAsks) || id.length > ID_LENGTH_MAX;
  if (none) return refuse('no default client auth');
  const admitted = rootAsks || admits(rule, peer) || (casual && lends(rule, registry));
  if (!admitted) return refuse('client failed authorization');
  return peer.pid === pid ? { ok: true, id, casual } : refuse('pid mismatch');
}

function ruleFor(client: string, rules: readonly ApiAuthRule[]): ApiAuthRule | undefined {
  return rules.find((rule) => rule.client === client);
}

function admits(rule: ApiAuthRule | undefined, peer: PeerIdentity): boolean {
  return rule !== undefined && (rule.uids.includes(peer.uid) || rule.gids.includes(peer.gid));
}

/** Where that group may ask, so may everybody: the genuine command is set-group-id for this. */
function lends(rule: ApiAuthRule | undefined, { commandGroup }: Registry): boolean {
  return commandGroup !== undefined && rule?.gids.includes(commandGroup) === true;
}
