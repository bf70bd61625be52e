/** The one ICMP socket that all ping media share, with the id that the genuine daemon would use. */
import { type Echo, openEcho } from '@ts-heartbeat/platform/icmp';
import type { Say } from '../say.js';

/** Takes an answer: from where, to which request, and its payload. */
export type Answered = (address: string, seq: number, payload: Uint8Array) => void;

export interface Pinger {
  subscribe(answered: Answered): void;
  /** A sequence number that no other request of this process carries for a long while. */
  nextSeq(): number;
  /** False when the kernel would not take it. */
  send(address: string, seq: number, payload: Uint8Array): boolean;
  close(): void;
}

/**
 * The low 16 bits of a process id in the byte order of this machine's kind (little-endian), as the
 * number that stands in the packet's two bytes (heartbeat 3.0.6, measured).
 */
export function echoId(pid: number): number {
  return ((pid & 0xff) << 8) | ((pid >> 8) & 0xff);
}

/**
 * Opens the socket with the first subscription. Where that is not permitted, says so once and sends
 * nothing: a node without its ping nodes is still a member.
 */
export function makePinger(pid: number, say: Say): Pinger {
  const listeners: Answered[] = [];
  let echo: Echo | undefined;
  let refused = false;
  let seq = -1;
  const open = (): void => {
    try {
      echo = openEcho({ id: echoId(pid) }, (address, number, payload) => {
        for (const answered of listeners) answered(address, number, payload);
      });
    } catch (error) {
      refused = true;
      const text = error instanceof Error ? error.message : String(error);
      say('error', `glib: Can't open RAW socket.: ${text}`);
    }
  };
  return {
    subscribe: (answered) => {
      listeners.push(answered);
      if (echo === undefined && !refused) open();
    },
    nextSeq: () => {
      seq = (seq + 1) & 0xffff;
      return seq;
    },
    send: (address, number, payload) => echo?.send(address, number, payload) ?? false,
    close: () => {
      listeners.length = 0;
      echo?.close();
      echo = undefined;
    },
  };
}
