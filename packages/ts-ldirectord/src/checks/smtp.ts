/** The check of smtp and submission: the server greets us, and lets us say hello. */
import type { NegotiateSpec } from './check.js';
import { type Conversation, conversationProbe, UP } from './conversation.js';
import type { Finding, Probe } from './probe.js';
import { ask, expectCode, replyOf } from './reply.js';
import { connectTcp } from './tcp.js';

/** The name that ldirectord 4.12 gives. */
const OWN_NAME = 'localhost.localdomain';

/** Up when EHLO, or HELO after a server that does not know EHLO, is accepted (ldirectord 4.12). */
export function smtpProbe(spec: NegotiateSpec): Probe {
  return conversationProbe(() => connectTcp({ host: spec.address, port: spec.port }), greet);
}

/** What is said, and what makes the server count as up. */
export async function greet(server: Conversation): Promise<Finding> {
  expectCode(await replyOf(server), '2', 'banner');
  const hello = await ask(server, `EHLO ${OWN_NAME}`);
  if (hello.code.startsWith('5')) expectCode(await ask(server, `HELO ${OWN_NAME}`), '2', 'HELO');
  else expectCode(hello, '2', 'EHLO');
  server.leave('QUIT');
  return UP;
}
