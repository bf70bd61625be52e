/** What the parts of a simulated host share: the world around them and who watches. */
import type { Keyring } from '@ts-heartbeat/core/auth/keyring';
import type { Settings } from '@ts-heartbeat/core/config/settings';
import type { Observation } from '../observation.js';
import type { Options } from '../options.js';
import type { World } from '../world.js';
import type { MakeMind } from './mind.js';
import type { Network } from './network.js';
import type { Router } from './router.js';
import type { SerialLine } from './serial.js';

/** An observation without what every one of a host has. */
export type Seen = Observation extends infer O
  ? O extends Observation
    ? Omit<O, 'at' | 'node'>
    : never
  : never;

export interface Around {
  readonly world: World;
  readonly options: Options;
  readonly keyring: Keyring;
  readonly networks: readonly Network[];
  readonly serials: readonly SerialLine[];
  readonly router: Router;
  /** Whether that ping node answers that host now. */
  readonly pingAnswers: (pingNode: string, host: string) => boolean;
  readonly settingsOf: (node: string) => Settings;
  readonly mindOf: MakeMind;
  readonly see: (node: string, seen: Seen) => void;
}
