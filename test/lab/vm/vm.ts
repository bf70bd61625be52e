/** The full lab: the tutorial's six hosts in a virtual machine with IPVS and real serial ports. */

import { ADDRESSES, DIRECTORS, hostSpec, type Lab } from '../lab.js';
import type { SerialCable } from '../site.js';
import type { Stack } from '../stack.js';
import { Machine, type Time } from './qemu.js';

/** The cable between the machine's two 16550 ports, pulled and plugged at qemu. */
class UartCable implements SerialCable {
  /** A frame is written in one piece: what is written beside it comes after it. */
  readonly hitsFrames = false;
  readonly #machine: Machine;
  #whole = true;

  constructor(machine: Machine) {
    this.#machine = machine;
  }

  get whole(): boolean {
    return this.#whole;
  }

  async cut(): Promise<void> {
    this.#whole = false;
    await this.#connect('com1', { type: 'null', data: {} });
    await this.#connect('com2', { type: 'null', data: {} });
  }

  async join(): Promise<void> {
    const addr = { type: 'unix', data: { path: this.#machine.cable } };
    await this.#connect('com1', { type: 'socket', data: { addr, server: true, wait: false } });
    await this.#connect('com2', { type: 'socket', data: { addr, server: false } });
    this.#whole = true;
  }

  async noise(from: string, bytes: string): Promise<void> {
    const argv = ['sh', '-c', 'cat >/dev/ttyS0'];
    const outcome = await this.#machine.site.run(from, argv, { stdin: bytes });
    if (outcome.code !== 0) throw new Error(`no noise on the line: ${outcome.stderr}`);
  }

  #connect(id: string, backend: object): Promise<void> {
    return this.#machine.monitor('chardev-change', { id, backend });
  }
}

/** Boots the machine and builds the hosts, with one stack or one for each; no daemon runs yet. */
export async function openVm(
  stacks: Stack | ((host: string) => Stack),
  time: Time = 'real',
): Promise<Lab & { readonly machine: Machine }> {
  const machine = await Machine.boot(time);
  try {
    await Promise.all(
      Object.keys(ADDRESSES).map((name) => {
        const port = (DIRECTORS as readonly string[]).indexOf(name);
        const stack = typeof stacks === 'function' ? stacks(name) : stacks;
        return machine.site.addHost(hostSpec(name, stack, port < 0 ? [] : [`/dev/ttyS${port}`]));
      }),
    );
  } catch (error) {
    await machine.end();
    throw error;
  }
  const close = (): Promise<void> => machine.end();
  return { site: machine.site, serial: new UartCable(machine), balances: true, close, machine };
}
