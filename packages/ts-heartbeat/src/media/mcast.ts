/** `mcast` and `mcast6`: messages to a multicast group, out of one interface. */
import type { Medium as MediumLine } from '@ts-heartbeat/core/config/media';
import type { SocketAsPromised } from 'dgram-as-promised';
import type { DeviceState } from './presence.js';
import { type Sockets, withoutSystemCalls, withSockets } from './sockets.js';
import type { UdpChannel, UdpKind } from './udp.js';

export type McastLine = Extract<MediumLine, { kind: 'mcast' | 'mcast6' }>;

/**
 * Receives on a socket bound to the group and its port, joined with the interface's address, and
 * sends from an ephemeral port, as heartbeat 3.0.6 does (measured).
 */
export function mcastKind(line: McastLine): UdpKind {
  return {
    kind: line.kind,
    device: line.device,
    open: (device) => (line.kind === 'mcast6' ? openSix(line) : openFour(line, device)),
  };
}

function openFour(line: McastLine, device: DeviceState): Promise<UdpChannel> {
  const { address } = device;
  const { group, port, ttl, loop } = line;
  if (address === undefined) {
    return Promise.reject(new Error('Cannot assign requested address (it has no IPv4 address)'));
  }
  return withSockets(async (sockets) => {
    const sender = await sockets.bound('udp4', 0);
    sender.setMulticastInterface(address);
    sender.setMulticastTTL(ttl);
    sender.setMulticastLoopback(loop === 1);
    const receiver = await hearGroup(sockets, port, group);
    receiver.addMembership(group, address);
    return { sender, receiver, address: group, port, opened: [started(line)] };
  });
}

async function hearGroup(sockets: Sockets, port: number, group: string): Promise<SocketAsPromised> {
  try {
    return await sockets.onGroup(port, group);
  } catch (error) {
    if (!withoutSystemCalls(error)) throw error;
    return await sockets.bound('udp4', port, group);
  }
}

function openSix(line: McastLine): Promise<UdpChannel> {
  const { device, group, port, ttl, loop } = line;
  return withSockets(async (sockets) => {
    const sender = await sockets.bound('udp6', 0);
    sender.setMulticastInterface(`::%${device}`);
    sender.setMulticastTTL(ttl);
    sender.setMulticastLoopback(loop === 1);
    const receiver = await sockets.bound('udp6', port, `${group}%${device}`);
    receiver.addMembership(group, `::%${device}`);
    return { sender, receiver, address: `${group}%${device}`, port, opened: [started(line)] };
  });
}

function started({ device, group, port, ttl, loop }: McastLine): string {
  const where = `group ${group} port ${port} interface ${device}`;
  return `UDP multicast heartbeat started for ${where} (ttl=${ttl} loop=${loop})`;
}
