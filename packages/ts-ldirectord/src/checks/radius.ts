/** The check of radius: a login that the server has to accept. */
import { randomBytes, randomInt } from 'node:crypto';
import type { NegotiateSpec } from './check.js';
import { exchange } from './exchange.js';
import { messageOf, type Probe } from './probe.js';
import {
  ACCESS_ACCEPT,
  type AccessRequest,
  AUTHENTICATOR_BYTES,
  accessRequest,
  answerCode,
} from './radiuspacket.js';

const IDENTIFIERS = 256;
/** What else an Access-Request is answered with, by its code (RFC 2865). */
const REFUSALS: ReadonlyMap<number, string> = new Map([
  [3, 'Access-Reject'],
  [11, 'Access-Challenge'],
]);

/** Up at an Access-Accept of one who knows the secret (ldirectord 4.12); others are not heard. */
export function radiusProbe(spec: NegotiateSpec): Probe {
  return (settle) => {
    const { address, port, login, password, secret } = spec;
    const asked: Omit<AccessRequest, 'from'> = {
      identifier: randomInt(IDENTIFIERS),
      authenticator: randomBytes(AUTHENTICATOR_BYTES),
      login,
      password,
      secret,
    };
    return exchange({
      address,
      port,
      limitMs: spec.timeout,
      question: (from) => accessRequest({ ...asked, from }),
      take: (datagram) => {
        const code = answerCode(datagram, asked);
        if (code === undefined) return;
        const up = code === ACCESS_ACCEPT;
        settle({ up, message: up ? '' : (REFUSALS.get(code) ?? `answer of code ${code}`) });
      },
      fail: (error) => settle({ up: false, message: messageOf(error) }),
    });
  };
}
