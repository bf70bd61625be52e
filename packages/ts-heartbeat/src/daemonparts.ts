/** What one life of the daemon is made of, and how it ends. */
import type { Keyring } from '@ts-heartbeat/core/auth/keyring';
import type { Settings } from '@ts-heartbeat/core/config/settings';
import type { Held } from '@ts-heartbeat/core/job';
import type { Millis } from '@ts-heartbeat/core/time';
import type { ServiceNotice } from '@ts-heartbeat/platform/servicenotice';
import type { Installation } from './installation.js';
import type { Speech } from './speech.js';

export interface DaemonParts {
  readonly settings: Settings;
  readonly keyring: Keyring;
  readonly speech: Speech;
  readonly notice: ServiceNotice;
  readonly installation: Installation;
  /** -M: resources are not touched. */
  readonly unmanaged: boolean;
  /** What the life before has handed over; absent: ask the runner. */
  readonly held: Held | undefined;
  /** What it has handed over may lack a group, or a part of one. */
  readonly interrupted: boolean;
  /** What it has handed over of the other node's groups is still to go home. */
  readonly failback: boolean;
  /** This life is over. It comes once. */
  readonly ended: (end: DaemonEnd) => void;
}

export interface DaemonEnd {
  readonly code: number;
  /** Another life shall follow, after the delay, with what is held. */
  readonly next?: {
    readonly delay: Millis;
    readonly held: Held;
    /** A group of what is held, or a part of one, may not run. */
    readonly incomplete: true | undefined;
    /** What is held of the other node's groups is still to go home. */
    readonly failback: true | undefined;
  };
}
