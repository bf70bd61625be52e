/** The check of dns: one question, and an answer that has to match `receive`. */
import { randomInt } from 'node:crypto';
import net from 'node:net';
import { ipv6Bytes } from '@ts-heartbeat/platform/inet6';
import type { DecodedPacket } from 'dns-packet';
import { readable } from '../command/bytes.js';
import type { NegotiateSpec } from './check.js';
import { exchange } from './exchange.js';
import { guardStream } from './guard.js';
import { onDemand } from './ondemand.js';
import { type Finding, messageOf, type Probe, type Settle } from './probe.js';
import { receives } from './receives.js';
import { connectTcp } from './tcp.js';

type DnsPacket = typeof import('dns-packet');

/** Limits of a name (RFC 1035). */
const NAME_BYTES_MAX = 253;
const LABEL_BYTES_MAX = 63;
/** Over TCP the length of a message comes first. */
const LENGTH_BYTES = 2;
const BYTES_MAX = LENGTH_BYTES + 0xffff;
const IDS = 0x10000;
/** As many addresses are looked at: more than a name of anything real has. */
const ANSWERS_MAX = 256;

// In the words of ldirectord 4.12, for the monitor file.
const FOUND: Finding = { up: true, message: 'Success' };
const MISMATCH: Finding = { up: false, message: 'Response mismatch' };

/**
 * Up when the answer to `request` holds an address or a name that matches `receive`; never up
 * without one (ldirectord 4.12). An IPv4 or IPv6 address is asked for its name, everything else for
 * its IPv4 addresses, by the protocol of the virtual; an answer cut short over UDP is fetched over
 * TCP, as Net::DNS does.
 */
export function dnsProbe(spec: NegotiateSpec): Probe {
  const load = async (): Promise<DnsPacket> => (await import('dns-packet')).default;
  return onDemand(load, (library, settle) => {
    const question = questionOf(readable(spec.request.slice(1)));
    if (question === undefined) {
      settle({ up: false, message: `not a name: ${spec.request.slice(1)}`, impossible: true });
      return () => {};
    }
    const query = new Query(library, question, performance.now() + spec.timeout);
    const fail = (error: unknown): void => settle({ up: false, message: messageOf(error) });
    if (spec.protocol === 'tcp') return askByTcp(spec, query, settle, fail);
    let closeTcp = (): void => {};
    let answered = false;
    const closeUdp = exchange({
      address: spec.address,
      port: spec.port,
      limitMs: spec.timeout,
      question: () => query.bytes,
      take: (datagram) => {
        const packet = query.read(datagram);
        if (packet === undefined || answered) return;
        answered = true;
        closeUdp();
        if (packet.flag_tc) closeTcp = askByTcp(spec, query, settle, fail);
        else void findingOf(spec, packet, query.deadline).then(settle, fail);
      },
      fail,
    });
    return () => {
      closeUdp();
      closeTcp();
    };
  });
}

/** One question and how to know its answer. */
class Query {
  readonly bytes: Buffer;
  /** When the check is over, as `performance.now` counts. */
  readonly deadline: number;
  readonly #library: DnsPacket;
  readonly #id: number;

  constructor(library: DnsPacket, question: Question, deadline: number) {
    this.deadline = deadline;
    this.#library = library;
    this.#id = randomInt(IDS);
    const flags = library.RECURSION_DESIRED;
    const questions = [{ ...question, class: 'IN' as const }];
    this.bytes = library.encode({ type: 'query', id: this.#id, flags, questions });
  }

  /** The answer in these bytes; undefined when they are none, or the answer to something else. */
  read(bytes: Buffer): DecodedPacket | undefined {
    try {
      const packet = this.#library.decode(bytes);
      return packet.type === 'response' && packet.id === this.#id ? packet : undefined;
    } catch {
      return undefined;
    }
  }
}

function askByTcp(
  spec: NegotiateSpec,
  query: Query,
  settle: Settle,
  fail: (error: unknown) => void,
): () => void {
  const socket = connectTcp({ host: spec.address, port: spec.port });
  guardStream(socket, { bytesMax: BYTES_MAX }, fail);
  const chunks: Buffer[] = [];
  let bytes = 0;
  socket.once('connect', () => {
    const length = Buffer.alloc(LENGTH_BYTES);
    length.writeUInt16BE(query.bytes.length);
    socket.write(Buffer.concat([length, query.bytes]));
  });
  socket.on('data', (chunk: Buffer) => {
    chunks.push(chunk);
    bytes += chunk.length;
    if (bytes < LENGTH_BYTES) return;
    const all = Buffer.concat(chunks.splice(0));
    chunks.push(all);
    const end = LENGTH_BYTES + all.readUInt16BE(0);
    if (bytes < end) return;
    socket.pause();
    const packet = query.read(all.subarray(LENGTH_BYTES, end));
    if (packet === undefined) fail(new Error('not an answer of DNS'));
    else void findingOf(spec, packet, query.deadline).then(settle, fail);
  });
  socket.on('error', fail);
  for (const ending of ['end', 'close']) {
    socket.on(ending, () => fail(new Error('connection closed')));
  }
  return () => socket.destroy();
}

async function findingOf(
  { receive }: NegotiateSpec,
  { answers = [] }: DecodedPacket,
  deadline: number,
): Promise<Finding> {
  if (receive === undefined) return MISMATCH;
  for (const answer of answers.slice(0, ANSWERS_MAX)) {
    if (answer.type !== 'A' && answer.type !== 'PTR') continue;
    const text = Buffer.from(answer.data).toString('latin1');
    if (await receives(receive, text, deadline - performance.now())) return FOUND;
  }
  return MISMATCH;
}

interface Question {
  readonly type: 'A' | 'PTR';
  readonly name: string;
}

/** What is asked for that request; undefined when it cannot be a name. */
function questionOf(request: string): Question | undefined {
  if (net.isIPv4(request)) {
    const name = request.split('.').reverse().join('.');
    return { type: 'PTR', name: `${name}.in-addr.arpa` };
  }
  if (net.isIPv6(request) && !request.includes('%')) {
    const nibbles = [...ipv6Bytes(request).toString('hex')].reverse().join('.');
    return { type: 'PTR', name: `${nibbles}.ip6.arpa` };
  }
  const name = request.replace(/\.$/, '');
  // The root, which has no label.
  if (name === '') return { type: 'A', name: '.' };
  const sizes = name.split('.').map((label) => Buffer.byteLength(label));
  const fits = sizes.every((size) => size > 0 && size <= LABEL_BYTES_MAX);
  return fits && Buffer.byteLength(name) <= NAME_BYTES_MAX ? { type: 'A', name } : undefined;
}
