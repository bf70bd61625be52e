/**
 * Everything the cluster machine can ask of the outside: plain data, performed in order. What comes
 * of it returns as an event.
 */
import type { Held, Job } from './job.js';
import type { LogLine } from './log.js';
import type { Message } from './message/message.js';
import type { Borrowed } from './state.js';
import type { Millis } from './time.js';

export type Effect =
  /** Sign and send on every medium that is not a ping medium. All fields but `auth` are there. */
  | { readonly kind: 'send'; readonly message: Message }
  /** Sign and send as the payload of an echo request on the ping medium of that link name. */
  | { readonly kind: 'ping'; readonly link: string; readonly message: Message }
  /** Tell API clients whose filter has the class's bit (setfilter, heartbeat 3.0.6). */
  | {
      readonly kind: 'notify';
      readonly class: 'normal' | 'unchanged' | 'dropped' | 'duplicate' | 'protocol';
      readonly message: Message;
    }
  /** Hand a job to the resource runner. Jobs are done one after the other, in this order. */
  | {
      readonly kind: 'job';
      readonly id: number;
      readonly job: Job;
      /** Variables for the scripts beside the usual ones (HA_st, HA_src, HA_OSTATUS, …). */
      readonly environment: Readonly<Record<string, string>>;
    }
  /** Run the script of that message type in rc.d, if there is one, with the fields as HA_<name>. */
  | {
      readonly kind: 'script';
      readonly type: string;
      readonly message: Message;
      readonly environment: Readonly<Record<string, string>>;
    }
  /** Reset that node; answered by `fenced`. Only asked for where a device is configured. */
  | { readonly kind: 'fence'; readonly node: string }
  /** Communication is up: open the client API and start the respawn clients. */
  | { readonly kind: 'communicationUp' }
  /** Stop the respawn clients, last started first; answered by `clientsStopped`. */
  | { readonly kind: 'stopClients' }
  /** Pause or resume reading from API clients (flow control). */
  | { readonly kind: 'pauseClients'; readonly paused: boolean }
  /** The end of this life. With `restart`, begin another that takes over what is `held`. */
  | {
      readonly kind: 'exit';
      readonly restart: boolean;
      readonly held: Held;
      /** Something of what is held does not run: the next life starts as one `interrupted`. */
      readonly incomplete?: true;
      /** Groups of the other node that are held go home when it is well: the next life knows it. */
      readonly failback?: true;
      /** Groups that run here alone of their share. */
      readonly borrowed?: readonly Borrowed[];
      readonly code: number;
      /** How long to wait before the next life begins, so that the peer has seen this one end. */
      readonly delay: Millis;
    }
  | ({ readonly kind: 'log' } & LogLine);
