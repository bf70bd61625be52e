/** Everything that can happen to the director. */
import type { CheckResult } from '../checks/check.js';
import type { Configuration } from '../config/config.js';
import type { Failure } from '../ipvs/ipvs.js';
import type { Table } from '../ipvs/table.js';

export type Event =
  /** A configuration is to be followed from now on: the first one starts, later ones reload. */
  | { readonly kind: 'configured'; readonly configuration: Configuration }
  /** Answers the effect `readTable`. */
  | { readonly kind: 'table'; readonly table: Table }
  | { readonly kind: 'tableFailed'; readonly error: string }
  /** Answers the effect `change`; what is not named here was done. */
  | { readonly kind: 'changed'; readonly failures: readonly Failure[] }
  /** Answers the effect `check`. */
  | { readonly kind: 'checked'; readonly run: number; readonly result: CheckResult }
  /**
   * An operator takes a server out, whatever its checks say (maintenance), or lets it go again.
   * Concerns every real of that address, and port if one is named.
   */
  | {
      readonly kind: 'hold';
      readonly address: string;
      readonly port?: number;
      readonly held: boolean;
    }
  /** Time has passed; comes at the latest when `wakeAt` said. */
  | { readonly kind: 'time' }
  /** The daemon is to end. Answered, in time, by the effect `stopped`. */
  | { readonly kind: 'stop' };
