/** The check of ftp: a file is fetched in passive mode, and looked at. */
import net from 'node:net';
import type { Duplex } from 'node:stream';
import { bodyOf } from './body.js';
import type { NegotiateSpec } from './check.js';
import { type Conversation, conversationProbe, TalkError, UP } from './conversation.js';
import { type Finding, messageOf, type Probe } from './probe.js';
import { receives } from './receives.js';
import { ask, expectCode, type Reply, replyOf } from './reply.js';
import { connectTcp } from './tcp.js';

const PORT_MAX = 65_535;

type Wanted = Pick<
  NegotiateSpec,
  'address' | 'login' | 'password' | 'request' | 'receive' | 'timeout'
>;

/**
 * Up when `receive` is found in the file, without one when the file can be fetched (ldirectord
 * 4.12, which falls into active mode).
 */
export function ftpProbe(spec: NegotiateSpec): Probe {
  return conversationProbe(
    () => connectTcp({ host: spec.address, port: spec.port }),
    (server) => fetchFile(server, spec, (port) => connectTcp({ host: spec.address, port })),
  );
}

/**
 * What is said, and what makes the server count as up.
 *
 * @param connect opens the connection for the file: to the server that is checked, whatever address
 *   it names in its reply
 */
export async function fetchFile(
  server: Conversation,
  wanted: Wanted,
  connect: (port: number) => Duplex,
): Promise<Finding> {
  const { login, password, request, receive } = wanted;
  const deadline = performance.now() + wanted.timeout;
  expectCode(await replyOf(server), '2', 'banner');
  const user = await ask(server, `USER ${login === '' ? 'anonymous' : login}`);
  if (!user.code.startsWith('2')) {
    expectCode(user, '3', 'USER');
    expectCode(await ask(server, `PASS ${password}`), '2', 'PASS');
  }
  // Whatever comes of these two, the file decides (ldirectord 4.12).
  await ask(server, 'CWD /');
  await ask(server, 'TYPE I');
  const data = connect(await passivePort(server, net.isIPv6(wanted.address)));
  server.hold(data);
  const [, text] = await Promise.all([ask(server, `RETR ${request}`).then(begins), contents(data)]);
  // An empty file and a transfer that failed look the same up to here.
  if (text === '') expectCode(await replyOf(server), '2', 'RETR');
  if (!(await receives(receive, text, deadline - performance.now())))
    throw new TalkError('the file is not as wanted');
  server.leave('QUIT');
  return UP;
}

/** The port where the server waits for us. PASV cannot name an IPv6 address, so it is EPSV there. */
async function passivePort(server: Conversation, ipv6: boolean): Promise<number> {
  const command = ipv6 ? 'EPSV' : 'PASV';
  const reply = await ask(server, command);
  expectCode(reply, '2', command);
  const port = ipv6 ? extendedPort(reply.text) : classicPort(reply.text);
  if (port < 1 || port > PORT_MAX) throw new TalkError(`${command}: no port`);
  return port;
}

/** `227 Entering Passive Mode (10,0,0,1,195,80)`; 0 when there is none. */
export function classicPort(text: string): number {
  const [, high, low] = /(?:\d{1,3},){4}(\d{1,3}),(\d{1,3})/.exec(text) ?? [];
  return Number(high ?? 0) * 256 + Number(low ?? 0);
}

/** `229 Entering Extended Passive Mode (|||50000|)`; 0 when there is none. */
export function extendedPort(text: string): number {
  return Number(/\(([!-~])\1\1(\d{1,5})\1\)/.exec(text)?.[2] ?? 0);
}

function begins(reply: Reply): void {
  expectCode(reply, '1', 'RETR');
}

async function contents(data: Duplex): Promise<string> {
  const { text, error } = await bodyOf(data);
  if (text === '' && error) throw new TalkError(`data connection: ${messageOf(error)}`);
  data.destroy();
  return text;
}
