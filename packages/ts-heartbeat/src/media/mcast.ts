/** `mcast` and `mcast6`: messages to a multicast group, out of one interface. */
import type { Medium as MediumLine } from '@ts-heartbeat/core/config/media';
import type { SocketAsPromised } from 'dgram-as-promised';
import type { DeviceState } from './presence.js';
import { type Sockets, withOrWithoutSystemCalls } from './sockets.js';
import type { UdpChannel, UdpKind } from './udp.js';

export type McastLine = Extract<MediumLine, { kind: 'mcast' | 'mcast6' }>;

/**
 * Receives on a socket bound to the group and its port, joined on the interface, and sends from an
 * ephemeral port, as heartbeat 3.0.6 does (measured). Its mcast6 binds to no address, and so hears
 * also what is sent to the node alone on that port.
 */
export function mcastKind(line: McastLine): UdpKind {
  return {
    kind: line.kind,
    device: line.device,
    open: (device) => (line.kind === 'mcast6' ? openSix(line, device) : openFour(line, device)),
  };
}

function openFour(line: McastLine, device: DeviceState): Promise<UdpChannel> {
  const { address } = device;
  const { group, port } = line;
  if (address === undefined) {
    return Promise.reject(new Error('Cannot assign requested address (it has no IPv4 address)'));
  }
  const open = async (sockets: Sockets, receiver: SocketAsPromised): Promise<UdpChannel> => {
    const sender = setUp(await sockets.bound('udp4', 0), line, address);
    receiver.addMembership(group, address);
    const where = `group ${group} port ${port} interface ${line.device}`;
    const opened = [
      `UDP multicast heartbeat started for ${where} (ttl=${line.ttl} loop=${line.loop})`,
    ];
    return { sender, receiver, address: group, target: `${group}:${port}`, port, opened };
  };
  return withOrWithoutSystemCalls(
    async (sockets) => open(sockets, await sockets.onGroup(port, group)),
    async (sockets) => open(sockets, await sockets.bound('udp4', port, group)),
  );
}

function openSix(line: McastLine, { index }: DeviceState): Promise<UdpChannel> {
  const { device, group, port } = line;
  const open = async (sockets: Sockets, receiver: SocketAsPromised): Promise<UdpChannel> => {
    const sender = setUp(await sockets.bound('udp6', 0), line, `::%${device}`);
    receiver.addMembership(group, `::%${device}`);
    const target = `[${group}]:${port}`;
    const how = `(hops=${line.ttl} loop=${line.loop})`;
    const opened = [`UDP multicast heartbeat started for ${target} on interface ${device} ${how}`];
    return { sender, receiver, address: `${group}%${device}`, target, port, opened };
  };
  return withOrWithoutSystemCalls(
    async (sockets) => {
      return open(sockets, await sockets.onGroup6(port, group, { name: device, index }));
    },
    async (sockets) => open(sockets, await sockets.bound('udp6', port, `${group}%${device}`)),
  );
}

/** Has a socket send out of that interface, so far, and to ourselves where that is wanted. */
function setUp(sender: SocketAsPromised, line: McastLine, from: string): SocketAsPromised {
  sender.setMulticastInterface(from);
  sender.setMulticastTTL(line.ttl);
  sender.setMulticastLoopback(line.loop === 1);
  return sender;
}
