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

export type SignOn =
  | { readonly ok: true; readonly id: string; readonly casual: boolean }
  | {
      readonly ok: false;
      /** `info` of the reply; absent when the request is not even answered. */
      readonly info?: string;
      readonly id: string;
    };

/**
 * Judges a sign-on request. The claimed user and group must be those of the connection, the claimed
 * process its process, and the rule for its name must list the user or the group. Root may always
 * sign on as a casual client (heartbeat 3.0.6).
 *
 * A request without `from_id` or `pid`, which ends the genuine daemon, is refused.
 */
export function judgeSignOn(
  request: Message,
  peer: PeerIdentity | undefined,
  rules: readonly ApiAuthRule[],
): SignOn {
  const id = request.get(FIELD.fromId) ?? '';
  const pid = request.decimal(FIELD.pid);
  if (id === '' || id.length > ID_LENGTH_MAX || pid === undefined) return { ok: false, id };
  const uid = request.decimal(FIELD.uid);
  const gid = request.decimal(FIELD.gid);
  if (uid === undefined || gid === undefined) return { ok: false, id, info: 'invalid id info' };
  if (peer === undefined || peer.uid !== uid || peer.gid !== gid) {
    return { ok: false, id, info: 'incorrect/false credentials' };
  }
  const casual = id === String(pid);
  const rule = casual ? ruleFor(ANONYMOUS, rules) : (ruleFor(id, rules) ?? ruleFor(DEFAULT, rules));
  const rootAsks = casual && peer.uid === 0;
  if (rule === undefined && !rootAsks) return { ok: false, id, info: 'no default client auth' };
  if (peer.pid !== pid) return { ok: false, id, info: 'pid mismatch' };
  if (!rootAsks && !(rule !== undefined && admits(rule, peer))) {
    return { ok: false, id, info: 'client failed authorization' };
  }
  return { ok: true, id, casual };
}

function ruleFor(client: string, rules: readonly ApiAuthRule[]): ApiAuthRule | undefined {
  return rules.find((rule) => rule.client === client);
}

function admits(rule: ApiAuthRule, peer: PeerIdentity): boolean {
  return rule.uids.includes(peer.uid) || rule.gids.includes(peer.gid);
}
