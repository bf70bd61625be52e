/** The real servers as the bench handles them: they die in one of two ways, and return. */
import { type ChildProcess, execFileSync, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { monotonicMs } from '../../lab/clock.js';
import type { Fault } from './job.js';
import type { Order } from './realservers.js';

const PROGRAM = fileURLToPath(new URL('./realservers.js', import.meta.url));

const RULES = `table inet bench {
  set dead { type ipv4_addr; }
  chain input { type filter hook input priority 0; policy accept; ip daddr @dead drop; }
}`;

export class Reals {
  readonly #servers: ChildProcess;

  private constructor(servers: ChildProcess) {
    this.#servers = servers;
  }

  /** Gives this machine the addresses, and serves a page on each. */
  static async open(addresses: readonly string[]): Promise<Reals> {
    const commands = addresses.map((address) => `addr add ${address}/32 dev lo\n`).join('');
    execFileSync('ip', ['-batch', '-'], { input: commands });
    execFileSync('nft', ['-f', '-'], { input: RULES });
    const reals = new Reals(fork(PROGRAM));
    await reals.#tell({ open: addresses });
    return reals;
  }

  /** How many requests have come to all of them. */
  requests(): Promise<number> {
    return this.#tell({});
  }

  /** Returns the instant from which on it may not have answered. */
  async kill(address: string, fault: Fault): Promise<number> {
    const at = monotonicMs();
    if (fault === 'refused') await this.#tell({ close: address });
    else blackhole('add', [address]);
    return at;
  }

  /** Returns the instant from which on it answers. */
  async revive(address: string, fault: Fault): Promise<number> {
    if (fault === 'refused') await this.#tell({ open: [address] });
    else blackhole('delete', [address]);
    return monotonicMs();
  }

  /** Drops what is sent to them, for good. */
  bury(addresses: readonly string[]): void {
    if (addresses.length > 0) blackhole('add', addresses);
  }

  async #tell(order: Order): Promise<number> {
    this.#servers.send(order);
    const [requests] = await once(this.#servers, 'message');
    return requests as number;
  }
}

function blackhole(verb: 'add' | 'delete', addresses: readonly string[]): void {
  const set = ['element', 'inet', 'bench', 'dead', `{ ${addresses.join(', ')} }`];
  execFileSync('nft', [verb, ...set]);
}
