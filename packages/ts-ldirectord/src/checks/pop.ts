/** The checks of pop and pops: the server greets us, and lets us log in if there is a login. */
import { createHash, createHmac } from 'node:crypto';
import type { NegotiateSpec } from './check.js';
import { type Conversation, conversationProbe, spoken, TalkError, UP } from './conversation.js';
import type { Finding, Probe } from './probe.js';
import { connectTcp } from './tcp.js';
import type { TlsRules } from './tls.js';

type Account = Pick<NegotiateSpec, 'login' | 'password'>;

/** Up when the banner is `+OK` and, with a login, the mailbox can be opened (ldirectord 4.12). */
export function popProbe(spec: NegotiateSpec, rules: TlsRules): Probe {
  const { service, address, port, virtualHost = address } = spec;
  const place = { host: address, port };
  const open = () => (service === 'pops' ? rules.connect(place, virtualHost) : connectTcp(place));
  return conversationProbe(open, (server) => collectMail(server, spec));
}

/** What is said, and what makes the server count as up. */
export async function collectMail(server: Conversation, account: Account): Promise<Finding> {
  const banner = await server.line();
  if (!/^\+OK/i.test(banner)) throw new TalkError('banner');
  if (account.login !== '') {
    await logIn(server, banner, account);
    if (!(await accepts(server, 'STAT'))) throw new TalkError('STAT was refused');
  }
  server.leave('QUIT');
  return UP;
}

/** The ways to log in that ldirectord 4.12 tries, in its order: the password in clear comes last. */
async function logIn(server: Conversation, banner: string, account: Account): Promise<void> {
  const { login, password } = account;
  const [stamp] = /<[^<>@\s]+@[^<>@\s]+>/.exec(banner) ?? [];
  if (stamp !== undefined) {
    const digest = createHash('md5').update(`${stamp}${password}`, 'latin1').digest('hex');
    if (await accepts(server, `APOP ${login} ${digest}`)) return;
  }
  if ((await offersCramMd5(server)) && (await answersChallenge(server, account))) return;
  if (!(await accepts(server, `USER ${login}`))) throw new TalkError('USER was refused');
  if (!(await accepts(server, `PASS ${password}`))) throw new TalkError('PASS was refused');
}

async function accepts(server: Conversation, command: string): Promise<boolean> {
  server.say(command);
  return (await server.line()).startsWith('+OK');
}

async function offersCramMd5(server: Conversation): Promise<boolean> {
  if (!(await accepts(server, 'CAPA'))) return false;
  let offered = false;
  for (let line = await server.line(); line !== '.'; line = await server.line()) {
    offered ||= /^SASL\s(?:.*\s)?CRAM-MD5\b/.test(line);
  }
  return offered;
}

async function answersChallenge(
  server: Conversation,
  { login, password }: Account,
): Promise<boolean> {
  server.say('AUTH CRAM-MD5');
  const [, text] = /^\+ (\S+)/.exec(await server.line()) ?? [];
  if (text === undefined) return false;
  const challenge = Buffer.from(text, 'base64');
  const key = Buffer.from(password, 'latin1');
  const digest = createHmac('md5', key).update(challenge).digest('hex');
  return accepts(server, Buffer.from(`${spoken(login)} ${digest}`, 'latin1').toString('base64'));
}
