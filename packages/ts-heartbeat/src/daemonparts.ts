/** What one life of the daemon is made of, and how it ends. */
import type { Keyring } from '@ts-heartbeat/core/auth/keyring';
import type { Settings } from '@ts-heartbeat/core/config/settings';
import type { Held } from '@ts-heartbeat/core/job';
import type { Millis } from '@ts-heartbeat/core/time';
import type { ServiceNotice } from '@ts-heartbeat/platform/servicenotice';
import type { Installation } from './installation.js';
import type { Leftover } from './leftover.js';
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
  /** What is to be known of it. */
  readonly left: Leftover;
  /** This life is over. It comes once. */
  readonly ended: (end: DaemonEnd) => void;
}

export interface DaemonEnd {
  readonly code: number;
  /** Another life shall follow, after the delay, with what is held. */
  readonly next?: {
    readonly delay: Millis;
    readonly held: Held;
    readonly left: Leftover;
  };
}
