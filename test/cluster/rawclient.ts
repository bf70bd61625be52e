/**
 * Speaks the client API byte by byte, well and badly: `rawclient TABLE` prints what the daemon
 * answers to each conversation, without what differs from run to run. Run by the tests on a
 * director, as the user whose credentials are meant.
 */

import net from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { ApiFrameReader, encodeApiFrame } from '@ts-heartbeat/core/api/frame';
import { Message } from '@ts-heartbeat/core/message/message';

const SOCKET = '/var/run/heartbeat/register';
const NODE = 'loadbalancer';

/** How long an answer may take: the genuine daemon looks at its clients now and then. */
const SILENCE_MS = 1500;
/** More may follow an answer at once. */
const AFTER_MS = 60;

type Fields = Readonly<Record<string, string>>;

/** Told in another way each time. */
const CHANGING = new Set([
  ...['client_gen', 'srcuuid', 'destuuid', 'seq', 'hg', 'ts', 'ld', 'ttl', 'auth', 'pid'],
]);
/** Signs of life are no answers. */
const NOISE = new Set(['status', 'NS_st', 'NS_ackmsg']);

class Conversation {
  readonly #socket = net.connect(SOCKET);
  readonly #reader = new ApiFrameReader();
  readonly #heard: string[] = [];
  #answered = false;
  #last = performance.now();

  constructor() {
    this.#socket.on('error', () => {});
    this.#socket.on('data', (chunk) => {
      for (const message of this.#reader.push(chunk).messages) this.#hear(message);
    });
    this.#socket.on('close', () => this.#note('closed'));
  }

  #hear(message: Message): void {
    if (NOISE.has(message.get('t') ?? '')) return;
    if (message.get('t') === 'hbapi-resp') this.#answered = message.get('result') !== 'ok/more';
    const fields = message.fields.filter(({ name }) => !CHANGING.has(name));
    this.#note(
      fields
        .map(({ name, value }) => `${name}=${typeof value === 'string' ? value : 'bytes'}`)
        .join(' ')
        .replaceAll(String(process.pid), 'PID'),
    );
  }

  #note(text: string): void {
    this.#heard.push(text);
    this.#last = performance.now();
    if (text === 'closed') this.#answered = true;
  }

  send(fields: Fields): void {
    this.#socket.write(encodeApiFrame(Message.of(fields)));
  }

  bytes(data: Uint8Array): void {
    this.#socket.write(data);
  }

  async heard(): Promise<readonly string[]> {
    this.#last = performance.now();
    this.#answered = false;
    while (performance.now() - this.#last < (this.#answered ? AFTER_MS : SILENCE_MS))
      await pause(10);
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

async function converse(label: string, talk: readonly (Fields | Uint8Array)[]): Promise<void> {
  const conversation = new Conversation();
  const answers: unknown[] = [];
  for (const part of talk) {
    if (part instanceof Uint8Array) conversation.bytes(part);
    else conversation.send(part);
    answers.push(await conversation.heard());
  }
  conversation.end();
  console.log(JSON.stringify([label, answers]));
}

function shown(fields: Fields): string {
  return Object.entries(fields)
    .map(([name, value]) => `${name}=${value}`)
    .join(' ')
    .replaceAll(me, 'PID');
}

const TABLES: Readonly<Record<string, () => Promise<void>>> = {
  signons: async () => {
    for (const fields of SIGN_ONS) await converse(shown(fields), [fields]);
  },
  requests: () => converse('requests', [signOn('mine'), ...REQUESTS]),
  /** Frames as nobody should send them, which the genuine daemon stands. */
  frames: async () => {
    await converse('foo first', [{ t: 'foo' }, signOn('mine'), ask('mine', 'signoff')]);
    await converse('question first', [ask(me, 'getrsc'), signOn(me), ask(me, 'getrsc')]);
    await converse('empty frame', [signOn(me), frame(0, 0xabcd), ask(me, 'getrsc')]);
    await converse('no message', [signOn(me), frame(6, 0xabcd, 'hello\0'), ask(me, 'getrsc')]);
    await converse('wrong magic', [signOn(me), frame(6, 0x1234, 'hello\0')]);
    await converse('general of a casual client', [signOn(me), { t: 'foo' }]);
    const whole = encodeApiFrame(Message.of(ask(me, 'getrsc')));
    const bytes = [...whole].map((byte) => Uint8Array.of(byte));
    const slow = new Conversation();
    slow.send(signOn(me));
    await slow.heard();
    for (const byte of bytes) {
      slow.bytes(byte);
      await pause(1);
    }
    console.log(JSON.stringify(['byte by byte', await slow.heard()]));
    slow.end();
  },
};

await TABLES[process.argv[2] ?? '']?.();
