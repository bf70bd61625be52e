/** The check of nntp: the server greets us. Nothing is said to it. */
import type { NegotiateSpec } from './check.js';
import { type Conversation, conversationProbe, TalkError, UP } from './conversation.js';
import type { Finding, Probe } from './probe.js';
import { connectTcp } from './tcp.js';

/** Up when what comes begins with a 2 (ldirectord 4.12). */
export function nntpProbe(spec: NegotiateSpec): Probe {
  return conversationProbe(() => connectTcp({ host: spec.address, port: spec.port }), listen);
}

/** What makes the server count as up. */
export async function listen(server: Conversation): Promise<Finding> {
  const first = await server.peek();
  if (first !== '2') throw new TalkError(first === undefined ? 'connection closed' : 'banner');
  return UP;
}
