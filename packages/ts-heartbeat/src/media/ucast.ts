/** `ucast` and `ucast6`: messages to one address, out of one interface. */
import { lookup } from 'node:dns/promises';
import type { Medium as MediumLine } from '@ts-heartbeat/core/config/media';
import { withoutSystemCalls, withSockets } from './sockets.js';
import type { UdpChannel, UdpKind } from './udp.js';

export type UcastLine = Extract<MediumLine, { kind: 'ucast' | 'ucast6' }>;

/**
 * Both sockets are bound to the device; what is sent asks for low delay (heartbeat 3.0.6,
 * measured). A line that names an address of this machine is harmless, so that both nodes can
 * share one file.
 */
export function ucastKind(line: UcastLine): UdpKind {
  return {
    kind: line.kind,
    device: line.device,
    open: () => (line.kind === 'ucast6' ? openSix(line) : openFour(line)),
  };
}

async function openFour(line: UcastLine): Promise<UdpChannel> {
  const { device, host, port } = line;
  const { address } = await lookup(host, { family: 4 });
  return withSockets(async (sockets) => {
    try {
      const sender = await sockets.onDevice({ device, port: 0 }, { lowDelay: true });
      const receiver = await sockets.onDevice({ device, port, reuse: true });
      const opened = [
        `ucast: write socket priority set to IPTOS_LOWDELAY on ${device}`,
        `ucast: bound send socket to device: ${device}`,
        `ucast: bound receive socket to device: ${device}`,
        started(line, address),
      ];
      return { sender, receiver, address, port, opened };
    } catch (error) {
      if (!withoutSystemCalls(error)) throw error;
      const sender = await sockets.bound('udp4', 0);
      const receiver = await sockets.bound('udp4', port);
      return { sender, receiver, address, port, opened: [started(line, address)] };
    }
  });
}

async function openSix(line: UcastLine): Promise<UdpChannel> {
  const { device, host, port } = line;
  const { address } = await lookup(host, { family: 6 });
  const scoped = /^fe[89ab]/i.test(address) && !address.includes('%');
  const target = scoped ? `${address}%${device}` : address;
  return withSockets(async (sockets) => {
    const sender = await sockets.bound('udp6', 0);
    const receiver = await sockets.bound('udp6', port);
    return { sender, receiver, address: target, port, opened: [started(line, address)] };
  });
}

function started({ device, port }: UcastLine, address: string): string {
  return `ucast: started on port ${port} interface ${device} to ${address}`;
}
