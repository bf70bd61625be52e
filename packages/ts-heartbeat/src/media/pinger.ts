/** The ICMP sockets that all ping media share, with the id that the genuine daemon would use. */
import { type Echo, openEcho } from '@ts-heartbeat/platform/icmp';
import type { Say } from '../say.js';
import { errorText } from './errortext.js';

/** Takes an answer: from where, to which request, and its payload. */
export type Answered = (address: string, seq: number, payload: Uint8Array) => void;

export type Family = 4 | 6;

export interface Pinger {
  /** Every answer that comes over that family goes to every subscriber. */
  subscribe(family: Family, answered: Answered): void;
  /** Sends to a literal address; says why the kernel would not take it, as an error name. */
  send(family: Family, address: string, seq: number, payload: Uint8Array): string | undefined;
  close(): void;
}

/**
 * The low 16 bits of a process id in the byte order of this machine's kind (little-endian), as the
 * number that stands in the packet's two bytes (heartbeat 3.0.6, measured).
 */
export function echoId(pid: number): number {
  return ((pid & 0xff) << 8) | ((pid >> 8) & 0xff);
}

/** One family's socket; absent where it was refused. */
interface Door {
  readonly listeners: Answered[];
  readonly echo: Echo | undefined;
}

/**
 * Opens the socket of a family with its first subscription. Where that is not permitted, says so
 * once and sends nothing: a node without its ping nodes is still a member.
 */
export function makePinger(pid: number, say: Say): Pinger {
  const doors = new Map<Family, Door>();
  const open = (family: Family): Door => {
    const listeners: Answered[] = [];
    try {
      const echo = openEcho({ id: echoId(pid), family }, (address, seq, payload) => {
        for (const answered of listeners) answered(address, seq, payload);
      });
      return { listeners, echo };
    } catch (error) {
      say('error', `glib: Can't open RAW socket.: ${errorText(error)}`);
      return { listeners, echo: undefined };
    }
  };
  return {
    subscribe: (family, answered) => {
      const door = doors.get(family) ?? open(family);
      doors.set(family, door);
      door.listeners.push(answered);
    },
    send: (family, address, seq, payload) => {
      const echo = doors.get(family)?.echo;
      // That there is no socket was said when it could not be opened.
      return echo?.send(address, seq, payload);
    },
    close: () => {
      for (const { listeners, echo } of doors.values()) {
        listeners.length = 0;
        echo?.close();
      }
    },
  };
}
