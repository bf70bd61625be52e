/**
 * Speaks the client API byte by byte, well and badly: `rawclient TABLE` prints what the daemon
 * answers to each conversation, without what differs from run to run. Run by the tests on a
 * director, as the user whose credentials are meant.
 */

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import net from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { ApiFrameReader, encodeApiFrame } from '@ts-heartbeat/core/api/frame';
import { Message } from '@ts-heartbeat/core/message/message';

const SOCKET = '/var/run/heartbeat/register';
const NODE = 'loadbalancer';

/** How long an answer may take on a busy machine; what is not there then does not come. */
const LIMIT_MS = 30_000;

/** Longer than anybody waits for the connection of a dead process to be missed. */
const ORPHAN_S = 120;

type Fields = Readonly<Record<string, string>>;

/** Told in another way each time. */
const CHANGING = new Set([
  ...['client_gen', 'srcuuid', 'seq', 'hg', 'ts', 'ld', 'ttl', 'auth', 'pid'],
]);
/** Signs of life are no answers. */
const NOISE = new Set(['status', 'NS_st', 'NS_ackmsg']);

/** What ends the wait after something was sent: an answer of this kind, or the daemon hangs up. */
type Until = 'response' | 'respond-cstatus' | 'greeting' | 'closed';

/**
 * What the daemon sends last because of a message; null when it says nothing. That nothing came is
 * seen at the next answer: answers come in the order of the questions.
 */
function lastAnswer(part: Fields | Uint8Array, signedOn: boolean): Until | null {
  if (part instanceof Uint8Array) return null;
  if (part.t !== 'hbapi-req') return part.t === 'greeting' && signedOn ? 'greeting' : null;
  if (part.reqtype === 'signoff') return 'closed';
  if (part.reqtype !== 'signon' && !signedOn) return null;
  const afar = part.reqtype === 'clientstatus' && (part.node ?? NODE) !== NODE;
  return afar ? 'respond-cstatus' : 'response';
}

class Conversation {
  readonly #socket = net.connect(SOCKET);
  readonly #reader = new ApiFrameReader();
  readonly #heard: string[] = [];
  #awaited: Until | null = null;
  #answered = (): void => {};
  #closed = false;
  signedOn = false;

  constructor() {
    this.#socket.on('error', () => {});
    this.#socket.on('data', (chunk) => {
      for (const message of this.#reader.push(chunk).messages) this.#hear(message);
    });
    this.#socket.on('close', () => {
      this.#closed = true;
      this.#heard.push('closed');
      this.#answered();
    });
  }

  #hear(message: Message): void {
    const type = message.get('t') ?? '';
    if (NOISE.has(type)) return;
    const fields = message.fields.filter(({ name }) => !CHANGING.has(name));
    this.#heard.push(
      fields
        .map(({ name, value }) => `${name}=${typeof value === 'string' ? masked(value) : 'bytes'}`)
        .join(' '),
    );
    if (type !== 'hbapi-resp') {
      if (type === this.#awaited) this.#answered();
      return;
    }
    const result = message.get('result');
    if (message.get('reqtype') === 'signon' && !this.signedOn) {
      this.signedOn = result === 'OK';
      // Who is refused is sent away.
      if (!this.signedOn) this.#awaited = 'closed';
    }
    if (this.#awaited === 'response' && result !== 'ok/more') this.#answered();
  }

  /** Sends, and tells what was heard up to the last answer. */
  async say(part: Fields | Uint8Array, until: Until | null): Promise<readonly string[]> {
    this.#awaited = until;
    const answered = new Promise<void>((resolve) => {
      this.#answered = resolve;
    });
    this.#socket.write(part instanceof Uint8Array ? part : encodeApiFrame(Message.of(part)));
    if (until !== null && !this.#closed) {
      let timer: NodeJS.Timeout | undefined;
      const late = new Promise<void>((resolve) => {
        timer = setTimeout(() => {
          this.#heard.push(`nothing for ${LIMIT_MS} ms`);
          resolve();
        }, LIMIT_MS);
      });
      await Promise.race([answered, late]).finally(() => clearTimeout(timer));
    }
    return this.#heard.splice(0);
  }

  end(): void {
    this.#socket.destroy();
  }
}

const own = { uid: String(process.getuid?.()), gid: String(process.getgid?.()) };

function signOn(id: string, change: Fields = {}): Fields {
  const pid = String(process.pid);
  return { t: 'hbapi-req', reqtype: 'signon', dest: NODE, pid, from_id: id, ...own, ...change };
}

function ask(id: string, type: string, fields: Fields = {}): Fields {
  const pid = String(process.pid);
  return { t: 'hbapi-req', reqtype: type, dest: NODE, pid, from_id: id, ...fields };
}

function frame(length: number, magic: number, body = ''): Uint8Array {
  const header = Buffer.alloc(8);
  header.writeUInt32LE(length, 0);
  header.writeUInt32LE(magic, 4);
  return Buffer.concat([header, Buffer.from(body, 'latin1')]);
}

const me = String(process.pid);

/** A value, but for this process's number. */
function masked(value: string): string {
  return value === me ? 'PID' : value;
}

/** Something to send, and what ends the answer to it where that is not the usual. */
type Part = Fields | Uint8Array | { readonly send: Fields | Uint8Array; readonly until: Until };

/** Who signs on as whom. */
const SIGN_ONS: readonly Fields[] = [
  signOn(me),
  ...['mine', 'listed', 'ipfail', 'unlisted', 'ccm', 'ping', 'lha-snmpagent', ''].map((id) =>
    signOn(id),
  ),
  signOn(me, { uid: 'x' }),
  signOn(me, { uid: '4711' }),
  signOn(me, { gid: '4711' }),
  signOn(me, { uid: '-1' }),
  signOn('unlisted', { gid: '4711' }),
  signOn('1', { pid: '1' }),
  signOn('listed', { pid: '1' }),
  signOn('-1', { pid: '-1' }),
  signOn('400000', { pid: '400000' }),
  signOn('12345'),
];

/** What a client that has signed on asks. */
const REQUESTS: readonly Fields[] = [
  ...['nodelist', 'numnodes', 'getrsc', 'getparm', 'nodestatus', 'iflist', 'ifstatus'].map((type) =>
    ask('mine', type),
  ),
  ...['clientstatus', 'setfilter', 'setsignal', 'getuuid', 'getnodename', 'bogus', 'signon'].map(
    (type) => ask('mine', type),
  ),
  ask('mine', 'nodestatus', { node: 'BACKUP' }),
  ask('mine', 'iflist', { node: 'backup' }),
  ask('mine', 'iflist', { node: 'nosuch' }),
  ask('mine', 'ifstatus', { node: 'backup', ifname: 'eth0' }),
  ask('mine', 'clientstatus', { node: NODE, cn: 'mine' }),
  ask('mine', 'clientstatus', { node: 'backup', cn: 'mine' }),
  ...['0', 'x', '1', '-1', '40', '1'].map((fmask) => ask('mine', 'setfilter', { fmask })),
  ...['0', 'x', '-1', '65'].map((signal) => ask('mine', 'setsignal', { signal })),
  ...['backup', 'BACKUP', 'nosuch'].map((queryname) => ask('mine', 'getuuid', { queryname })),
  ...['crm', 'hbversion', 'nosuch', ''].map((pname) => ask('mine', 'getparm', { pname })),
  ask('other', 'getrsc'),
  ask('mine', 'getrsc', { pid: '1' }),
  { t: 'greeting', text: 'to all' },
  { t: 'greeting', text: 'to myself', dest: NODE },
  { text: 'of no type' },
  ask('mine', 'signoff'),
];

async function converse(label: string, talk: readonly Part[]): Promise<void> {
  const conversation = new Conversation();
  const answers: unknown[] = [];
  for (const part of talk) {
    if (isAwaited(part)) answers.push(await conversation.say(part.send, part.until));
    else answers.push(await conversation.say(part, lastAnswer(part, conversation.signedOn)));
  }
  conversation.end();
  console.log(JSON.stringify([label, answers]));
}

function isAwaited(part: Part): part is Exclude<Part, Fields | Uint8Array> {
  return !(part instanceof Uint8Array) && 'until' in part;
}

function shown(fields: Fields): string {
  return Object.entries(fields)
    .map(([name, value]) => `${name}=${masked(value)}`)
    .join(' ');
}

/** Signs on, leaves the connection to a child that outlives it, and ends. */
async function orphan(): Promise<void> {
  const socket = net.connect(SOCKET);
  socket.write(encodeApiFrame(Message.of(signOn('mine'))));
  await once(socket, 'data');
  const words = ['sleep', String(ORPHAN_S)];
  spawn('setsid', words, { stdio: [socket, 'ignore', 'ignore'], detached: true }).unref();
  process.exit(0);
}

/** Signs on, and waits for the client of that name on the other node to leave. */
async function vigil(): Promise<void> {
  const socket = net.connect(SOCKET);
  const reader = new ApiFrameReader();
  socket.write(encodeApiFrame(Message.of(signOn('mine'))));
  for await (const chunk of socket) {
    for (const message of reader.push(chunk as Uint8Array).messages) {
      const { t, reqtype, st, from_id: id, src, info } = message.strings();
      if (reqtype === 'signon') console.log('watching');
      if (t === 'hbapi-clstat' && src === NODE) console.log(`${id} of ${src}: ${st} ${info}`);
      if (st === 'leave' && src === NODE) return;
    }
  }
}

const TABLES: Readonly<Record<string, () => Promise<void>>> = {
  signons: async () => {
    for (const fields of SIGN_ONS) await converse(shown(fields), [fields]);
  },
  orphan,
  vigil,
  requests: () => converse('requests', [signOn('mine'), ...REQUESTS]),
  /** Frames as nobody should send them, which the genuine daemon stands. */
  frames: async () => {
    await converse('foo first', [{ t: 'foo' }, signOn('mine'), ask('mine', 'signoff')]);
    await converse('question first', [ask(me, 'getrsc'), signOn(me), ask(me, 'getrsc')]);
    await converse('empty frame', [signOn(me), frame(0, 0xabcd), ask(me, 'getrsc')]);
    await converse('no message', [signOn(me), frame(6, 0xabcd, 'hello\0'), ask(me, 'getrsc')]);
    const magic: Part = { send: frame(6, 0x1234, 'hello\0'), until: 'closed' };
    await converse('wrong magic', [signOn(me), magic]);
    const general: Part = { send: { t: 'foo' }, until: 'closed' };
    await converse('general of a casual client', [signOn(me), general]);
    const whole = encodeApiFrame(Message.of(ask(me, 'getrsc')));
    const slow = new Conversation();
    await slow.say(signOn(me), 'response');
    for (const byte of whole.slice(0, -1)) {
      await slow.say(Uint8Array.of(byte), null);
      await pause(1);
    }
    const answer = await slow.say(whole.slice(-1), 'response');
    console.log(JSON.stringify(['byte by byte', answer]));
    slow.end();
  },
};

await TABLES[process.argv[2] ?? '']?.();
process.exit(0);
