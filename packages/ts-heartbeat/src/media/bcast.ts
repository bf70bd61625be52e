/** `bcast` (and its old name `udp`): messages to everybody on the segment of one interface. */
import type { Medium as MediumLine } from '@ts-heartbeat/core/config/media';
import type { DeviceState } from './presence.js';
import { withOrWithoutSystemCalls } from './sockets.js';
import type { UdpChannel, UdpKind } from './udp.js';

export type BcastLine = Extract<MediumLine, { kind: 'bcast' }>;

/**
 * Both sockets are bound to the device, so that two segments on one port stay apart, and messages
 * to 255.255.255.255 are heard as well (heartbeat 3.0.6, measured). Where that cannot be had, the
 * receiving one is bound to the interface's own broadcast address.
 */
export function bcastKind(line: BcastLine): UdpKind {
  return { kind: line.kind, device: line.device, open: (device) => open(line, device) };
}

function open(line: BcastLine, state: DeviceState): Promise<UdpChannel> {
  const { device, port } = line;
  const address = state.broadcast;
  if (address === undefined) {
    return Promise.reject(new Error('it has no broadcast address'));
  }
  const target = `${address}:${port}`;
  const opened = [`UDP Broadcast heartbeat started on port ${port} (${port}) interface ${device}`];
  return withOrWithoutSystemCalls(
    async (sockets) => {
      const options = { device, broadcast: true };
      const sender = await sockets.onDevice({ ...options, port: 0 }, { dontRoute: true });
      const receiver = await sockets.onDevice({ ...options, port, reuse: true });
      return { sender, receiver, address, target, port, opened };
    },
    async (sockets) => {
      const sender = await sockets.bound('udp4', 0);
      sender.setBroadcast(true);
      const receiver = await sockets.bound('udp4', port, address);
      return { sender, receiver, address, target, port, opened };
    },
  );
}
