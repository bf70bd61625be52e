/** The check simpletcp: a request is sent, and a line of what comes back is looked for. */
import { BODY_BYTES_MAX } from './body.js';
import type { NegotiateSpec } from './check.js';
import { type Conversation, conversationProbe, TalkError, UP } from './conversation.js';
import { Datagrams } from './datagrams.js';
import type { Finding, Probe } from './probe.js';
import { receives } from './receives.js';
import { connectTcp } from './tcp.js';

/** Each line is searched by itself, so that their number counts more than their bytes. */
const LIMITS = { line: BODY_BYTES_MAX, lines: 10_000, total: BODY_BYTES_MAX };

/**
 * Up when `receive` is found in some line, without one at the first line (ldirectord 4.12). For a
 * virtual of udp the lines are those of the datagrams that come.
 */
export function simpletcpProbe(spec: NegotiateSpec): Probe {
  const place = { host: spec.address, port: spec.port };
  const open = () => (spec.protocol === 'udp' ? new Datagrams(place) : connectTcp(place));
  return conversationProbe(open, (server) => lookForLine(server, spec), LIMITS);
}

/** What is said, and what makes the server count as up. */
export async function lookForLine(
  server: Conversation,
  { request, receive, timeout }: Pick<NegotiateSpec, 'request' | 'receive' | 'timeout'>,
): Promise<Finding> {
  const deadline = performance.now() + timeout;
  const text = request.slice(1).replaceAll('\\n', '\n');
  if (text !== '') server.send(text);
  server.endSaying();
  for (let line = await server.next(); line !== undefined; line = await server.next()) {
    if (await receives(receive, line, deadline - performance.now())) return UP;
  }
  throw new TalkError('no line was as wanted');
}
