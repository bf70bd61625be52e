/** A `failfast` client has died: what this node does is worth nothing, so the machine reboots. */
import type { Millis } from '@ts-heartbeat/core/time';
import { type RebootCommand, rebootMachine } from '@ts-heartbeat/platform/reboot';
import type { Say } from './say.js';

export interface FailfastParts {
  readonly commands: readonly RebootCommand[];
  readonly keepalive: Millis;
  readonly environment: () => Readonly<Record<string, string>>;
  readonly say: Say;
  /** No program could reboot the machine: the node gives up what it holds. */
  readonly failed: () => void;
  /** For tests. */
  readonly reboot?: typeof rebootMachine;
}

/**
 * Reboots the machine once, however many clients die: the disks are synchronised, one keepalive is
 * waited for, then the reboot program is called (heartbeat 3.0.6). Where that one's master process
 * goes away with the resources still running, so that they run twice, this node stops in order.
 */
export class Failfast {
  readonly #parts: FailfastParts;
  #begun = false;

  constructor(parts: FailfastParts) {
    this.#parts = parts;
  }

  /** @param command the client that died. */
  async reboot(command: string): Promise<void> {
    if (this.#begun) return;
    this.#begun = true;
    const { say, commands, keepalive, environment, failed } = this.#parts;
    const { reboot = rebootMachine } = this.#parts;
    say('emerg', `Rebooting system.  Reason: ${command}`);
    const answers = await reboot(commands, { environment: environment(), syncMs: keepalive });
    say('emerg', `ALL REBOOT OPTIONS FAILED: ${answers.join(', ')}`);
    failed();
  }
}
