/**
 * A program that sends hostile datagrams to a multicast group at a steady rate:
 *
 *     floodgun.js capture GROUP PORT SECONDS FILE          keeps what the cluster says
 *     floodgun.js flood GROUP PORT SECONDS RATE FILE       FILE: captured in an earlier life
 *
 * What the cluster says during the flood is sent again at once; since a group has all nodes in it,
 * each of them also gets its own messages back. Prints what was sent as JSON.
 */
import { randomBytes, randomInt } from 'node:crypto';
import { createSocket, type Socket } from 'node:dgram';
import { readFileSync, writeFileSync } from 'node:fs';
import { networkInterfaces } from 'node:os';

/** Kinds of datagrams, and how many of a hundred are of each. */
const SHARES = {
  random: 18,
  truncated: 16,
  oversized: 4,
  wrongKey: 16,
  wrongNumber: 14,
  replayed: 16,
  oldGeneration: 16,
} as const;

type Kind = keyof typeof SHARES;

/** Captured messages kept, the newest. */
const KEPT_MAX = 500;
/** Different datagrams of each kind that are sent in turn. */
const VARIETY = 200;
const DATAGRAM_BYTES_MAX = 65_507;
/** A turn makes up for this many at most, so that a pause is not followed by a burst. */
const BURST_MAX = 400;
const TURN_MS = 2;

const [, , task, group = '', port = '', seconds = '', ...rest] = process.argv;

function eth0(): string | undefined {
  return networkInterfaces().eth0?.find(({ family }) => family === 'IPv4')?.address;
}

/** Hears the group; gives every datagram that others send to it. */
function listen(take: (bytes: Buffer) => void): Promise<Socket> {
  return new Promise((resolve) => {
    const socket = createSocket({ type: 'udp4', reuseAddr: true });
    socket.on('message', take);
    socket.bind(Number(port), group, () => {
      socket.addMembership(group, eth0());
      resolve(socket);
    });
  });
}

async function capture(file: string): Promise<void> {
  const kept: string[] = [];
  const socket = await listen((bytes) => {
    if (kept.length < KEPT_MAX) kept.push(bytes.toString('base64'));
  });
  await new Promise((resolve) => setTimeout(resolve, Number(seconds) * 1000));
  socket.close();
  writeFileSync(file, JSON.stringify(kept));
  console.log(JSON.stringify({ captured: kept.length }));
}

function pick<T>(list: readonly T[]): T {
  const item = list[randomInt(list.length)];
  if (item === undefined) throw new Error('nothing was captured');
  return item;
}

/** A message with another signature: by a key of our own, or by a key that nobody has. */
function resigned(message: Buffer, number: string): Buffer {
  const digest = randomBytes(20).toString('hex');
  const text = message.toString('latin1').replace(/\d+ [0-9a-f]{40}/, `${number} ${digest}`);
  return Buffer.from(text, 'latin1');
}

/** Some of the longest are random, some look like a message with a single long value. */
function oversized(): Buffer {
  const bytes = randomBytes(randomInt(2000, DATAGRAM_BYTES_MAX + 1));
  if (randomInt(2) === 0) return bytes;
  for (const [place, byte] of bytes.entries()) if (byte === 0 || byte === 10) bytes[place] = 1;
  bytes.write('>>>\nt=', 'latin1');
  bytes.write(`\nauth=1 ${'0'.repeat(40)}\n<<<\n\0`, bytes.length - 54, 'latin1');
  return bytes;
}

/** Makes one datagram of a kind out of what was captured. */
function make(kind: Kind, live: readonly Buffer[], old: readonly Buffer[]): Buffer {
  switch (kind) {
    case 'random':
      return randomBytes(randomInt(1, 1400));
    case 'truncated': {
      const whole = pick(live);
      return whole.subarray(0, randomInt(1, whole.length - 4));
    }
    case 'oversized':
      return oversized();
    case 'wrongKey':
      return resigned(pick(live), '1');
    case 'wrongNumber':
      return resigned(pick(live), String(randomInt(2, 16)));
    case 'replayed':
      return pick(live);
    case 'oldGeneration':
      return pick(old);
  }
}

async function flood(rate: number, file: string): Promise<void> {
  const texts = JSON.parse(readFileSync(file, 'utf8')) as readonly string[];
  const old = texts.map((text) => Buffer.from(text, 'base64'));
  const live: Buffer[] = [];
  const hearing = await listen((bytes) => {
    live.push(bytes);
    if (live.length > KEPT_MAX) live.shift();
  });
  while (live.length < 4) await new Promise((resolve) => setTimeout(resolve, 100));
  const kinds = (Object.keys(SHARES) as Kind[]).flatMap((kind) =>
    Array.from({ length: SHARES[kind] }, () => kind),
  );
  const stock = Object.fromEntries(
    kinds.map((kind) => [kind, Array.from({ length: VARIETY }, () => make(kind, live, old))]),
  );
  const sent: Record<string, number> = {};
  let [count, failed, bytesSent] = [0, 0, 0];
  const sender = createSocket('udp4');
  await new Promise<void>((resolve) => sender.bind(0, resolve));
  sender.setMulticastInterface(eth0() ?? '');
  sender.setMulticastLoopback(false);
  const shoot = (): void => {
    const kind = kinds[randomInt(kinds.length)] ?? 'random';
    // The newest that the cluster has said is the likeliest to be taken for new.
    const bytes = kind === 'replayed' ? pick(live) : pick(stock[kind] ?? []);
    sender.send(bytes, Number(port), group, (error) => {
      if (error !== null) failed += 1;
    });
    sent[kind] = (sent[kind] ?? 0) + 1;
    bytesSent += bytes.length;
    count += 1;
  };
  console.log('firing');
  const began = performance.now();
  const end = began + Number(seconds) * 1000;
  await new Promise<void>((resolve) => {
    const turn = (): void => {
      const now = performance.now();
      const due = Math.floor(((Math.min(now, end) - began) / 1000) * rate) - count;
      for (let n = 0; n < Math.min(due, BURST_MAX); n += 1) shoot();
      if (now >= end) resolve();
      else setTimeout(turn, TURN_MS);
    };
    turn();
  });
  const took = (performance.now() - began) / 1000;
  hearing.close();
  sender.close();
  const perSecond = Math.round((count - failed) / took);
  console.log(JSON.stringify({ perSecond, took, failed, megabytes: bytesSent / 1e6, sent }));
}

if (task === 'capture') await capture(rest[0] ?? '');
else await flood(Number(rest[0]), rest[1] ?? '');
