/** Everything that can happen to a node, as the outside reports it to the cluster machine. */
import type { Held, JobOutcome } from './job.js';
import type { Message } from './message/message.js';
import type { Borrowed } from './state.js';
import type { Millis } from './time.js';

export type Event =
  /** The media are open. Comes once, first. */
  | {
      readonly kind: 'start';
      /** This life's generation, already stored; higher than any before (field `hg`). */
      readonly generation: number;
      /** This node's 16 byte identity (field `srcuuid`). */
      readonly uuid: Uint8Array;
      /** This process, for the line `Heartbeat shutdown in progress. (PID)`. */
      readonly pid: number;
      /** Any 32 bit number: the source of the few random choices (which messages to acknowledge). */
      readonly seed: number;
      /** What is already running here, when an earlier life of the daemon left it (restart, crash). */
      readonly resume?: Held;
      /** That life was cut short: what it held may lack a group, or a part of one. */
      readonly interrupted?: true;
      /** What it held of the other node's groups was to go home, and has not gone yet. */
      readonly failback?: true;
      /** Groups that it ran alone of their share. */
      readonly borrowed?: readonly Borrowed[];
      /** Types whose stock script in rc.d was replaced by the user's: that alone answers them. */
      readonly scripted?: readonly string[];
    }
  /** A message came in on a link: decoded, authenticated, from whomever it says. */
  | { readonly kind: 'received'; readonly link: string; readonly message: Message }
  /** A script (FIFO) or an API client asks for a message to be sent: own fields only. */
  | { readonly kind: 'local'; readonly message: Message }
  /** Time has passed; comes at the latest when `wakeAt` said. */
  | { readonly kind: 'time' }
  /**
   * The loop was called this much later than it had asked for. The outside delivers it before
   * anything that was waiting in the sockets: silence that we slept through proves nothing.
   */
  | { readonly kind: 'overslept'; readonly by: Millis }
  /** The resource runner has finished a job. */
  | { readonly kind: 'jobDone'; readonly id: number; readonly outcome: JobOutcome }
  /** A fencing device has answered. */
  | {
      readonly kind: 'fenced';
      readonly node: string;
      readonly ok: boolean;
      /** The device does not know such a node. */
      readonly badHost?: true;
    }
  /** SIGTERM: give up everything and end. With `keep`: end quickly and leave the resources running. */
  | { readonly kind: 'stop'; readonly keep: boolean }
  /** Every respawned client has ended, after the effect `stopClients`. */
  | { readonly kind: 'clientsStopped' };
