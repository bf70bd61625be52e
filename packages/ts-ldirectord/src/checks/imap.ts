/** The checks of imap and imaps: the server greets us, and lets us log in if there is a login. */
import type { NegotiateSpec } from './check.js';
import { type Conversation, conversationProbe, TalkError, UP } from './conversation.js';
import type { Finding, Probe } from './probe.js';
import { connectTcp } from './tcp.js';
import type { TlsRules } from './tls.js';

/** Up when the banner is `* OK` and LOGIN is accepted (ldirectord 4.12, but without its EXPUNGE). */
export function imapProbe(spec: NegotiateSpec, rules: TlsRules): Probe {
  const { service, address, port, virtualHost = address } = spec;
  const place = { host: address, port };
  const open = () => (service === 'imaps' ? rules.connect(place, virtualHost) : connectTcp(place));
  return conversationProbe(open, (server) => visitMailbox(server, spec));
}

/** What is said, and what makes the server count as up. */
export async function visitMailbox(
  server: Conversation,
  { login, password }: Pick<NegotiateSpec, 'login' | 'password'>,
): Promise<Finding> {
  if (!/^\*\s+(?:OK|PREAUTH)\b/i.test(await server.line())) throw new TalkError('banner');
  if (login !== '') {
    server.say(`0 LOGIN ${quoted(login)} ${quoted(password)}`);
    let answer: string;
    do answer = await server.line();
    while (!/^0\s/.test(answer));
    if (!/^0\s+OK\b/i.test(answer)) throw new TalkError('LOGIN was refused');
  }
  server.leave('1 LOGOUT');
  return UP;
}

/** A quoted string of RFC 3501. */
function quoted(text: string): string {
  return `"${text.replace(/["\\]/g, '\\$&')}"`;
}
