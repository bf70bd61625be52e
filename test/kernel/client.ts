/**
 * A client of the virtual services: short connections along lanes, each begun in its turn whatever
 * became of the earlier ones, and connections that are held, with a line to and fro all the time.
 */

import { createSocket } from 'node:dgram';
import { connect, type Socket } from 'node:net';
import { monotonicMs } from '../lab/clock.js';
import { LineCutter } from '../lab/lines.js';
import type { Attempt, Held, Lane } from './lanes.js';
import { takeOrders } from './orders.js';

/** From one attempt on a lane to the next. */
const EVERY_MS = 400;
/** Far longer than an answer takes in an emulated machine; a dead server never answers. */
const ATTEMPT_LIMIT_MS = 3000;
/** How long the lanes go on before what they saw is judged. */
const GO_ON_MS = 1000;
/** From one line of a held connection to the next. */
const LINE_EVERY_MS = 50;

/**
 * Ports of its own, each used once: the kernel sends one that it has seen within two minutes to the
 * server it had then. Below those that are given out.
 */
const PORT_FIRST = 10_000;
const PORTS = 20_000;

type Done = (saw: string) => void;

const timers: NodeJS.Timeout[] = [];
const pending = new Set<Promise<void>>();
const held = new Map<string, Held & { sent: number; received: number; longestMs: number }>();
let attempts: Attempt[] = [];
let connections = 0;
/** What was begun earlier is of no interest any more. */
let since = 0;

function open({ from, to, port }: Lane): Socket {
  const localPort = PORT_FIRST + (connections % PORTS);
  connections += 1;
  return connect({ host: to, port, localAddress: from, localPort });
}

function askTcp(lane: Lane, done: Done): () => void {
  let text = '';
  const socket = open(lane);
  socket.setEncoding('latin1');
  socket.on('connect', () => socket.write('GET / HTTP/1.0\r\n\r\n'));
  socket.on('data', (chunk: string) => {
    text += chunk;
  });
  socket.on('end', () => done(/\r\n\r\n(.*)\n/.exec(text)?.[1] ?? 'no answer'));
  socket.on('error', (error: NodeJS.ErrnoException) => done(error.code ?? error.message));
  return () => socket.destroy();
}

function askUdp({ from, to, port }: Lane, done: Done): () => void {
  const socket = createSocket('udp4');
  socket.on('message', (message) => done(message.toString()));
  socket.on('error', (error: NodeJS.ErrnoException) => done(error.code ?? error.message));
  socket.bind(0, from, () => socket.send('who', port, to));
  return () => socket.close();
}

function attempt(name: string, lane: Lane): Promise<void> {
  const begun = monotonicMs();
  return new Promise((resolve) => {
    let end = (): void => {};
    let over = false;
    const done = (saw: string): void => {
      if (over) return;
      over = true;
      clearTimeout(timer);
      if (begun >= since) attempts.push({ lane: name, begun, ended: monotonicMs(), saw });
      end();
      resolve();
    };
    const timer = setTimeout(() => done('nothing'), ATTEMPT_LIMIT_MS);
    end = (lane.udp === true ? askUdp : askTcp)(lane, done);
    if (over) end();
  });
}

function begin(lanes: Readonly<Record<string, Lane>>): void {
  for (const timer of timers.splice(0)) clearInterval(timer);
  for (const [name, lane] of Object.entries(lanes)) {
    timers.push(
      setInterval(() => {
        const one = attempt(name, lane).finally(() => pending.delete(one));
        pending.add(one);
      }, EVERY_MS),
    );
  }
}

/** Holds a connection, and resolves when its first line has come back. */
function hold(name: string, lane: Lane): Promise<void> {
  const state: Held & { sent: number; received: number; longestMs: number; broken?: string } = {
    sent: 0,
    received: 0,
    longestMs: 0,
  };
  held.set(name, state);
  return new Promise((resolve) => {
    const socket = open(lane);
    socket.setNoDelay();
    let last = monotonicMs();
    let timer: NodeJS.Timeout | undefined;
    const fail = (why: string): void => {
      state.broken ??= why;
      clearInterval(timer);
      resolve();
    };
    const cutter = new LineCutter((line) => {
      const expected = state.received === 0 ? 'HOLD' : String(state.received);
      if (line !== expected) fail(`${line} came for ${expected}`);
      const now = monotonicMs();
      state.longestMs = Math.max(state.longestMs, now - last);
      last = now;
      state.received += 1;
      resolve();
    });
    socket.on('connect', () => {
      socket.write('HOLD\n');
      state.sent = 1;
      timer = setInterval(() => {
        socket.write(`${state.sent}\n`);
        state.sent += 1;
      }, LINE_EVERY_MS);
    });
    socket.on('data', (chunk) => cutter.push(chunk));
    socket.on('error', (error: NodeJS.ErrnoException) => fail(error.code ?? error.message));
    socket.on('close', () => fail('closed'));
  });
}

takeOrders({
  lanes: (rest) => begin(JSON.parse(rest) as Readonly<Record<string, Lane>>),
  /** What became of every attempt that was begun since the last time, and for a while from now. */
  take: async () => {
    await new Promise((resolve) => setTimeout(resolve, GO_ON_MS));
    await Promise.all(pending);
    const taken = attempts;
    attempts = [];
    return taken;
  },
  /** Forgets what was begun until now. */
  forget: () => {
    attempts = [];
    since = monotonicMs();
  },
  hold: (rest) => {
    const [name, lane] = JSON.parse(rest) as readonly [string, Lane];
    return hold(name, lane);
  },
  held: () => Object.fromEntries(held),
});
