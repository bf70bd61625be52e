/** `ucast` and `ucast6`: messages to one address, out of one interface. */
import type { Medium as MediumLine } from '@ts-heartbeat/core/config/media';
import { addressOfHost } from './hostlookup.js';
import { withOrWithoutSystemCalls } from './sockets.js';
import type { UdpChannel, UdpKind } from './udp.js';

export type UcastLine = Extract<MediumLine, { kind: 'ucast' | 'ucast6' }>;

/**
 * Both sockets are bound to the device; over IPv4 what is sent asks for low delay (heartbeat 3.0.6,
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

async function openFour({ device, host, port }: UcastLine): Promise<UdpChannel> {
  const address = await addressOfHost(host, 4);
  const target = `${address}:${port}`;
  const started = `ucast: started on port ${port} interface ${device} to ${address}`;
  return withOrWithoutSystemCalls(
    async (sockets) => {
      const reuse = { reuse: true, reusePort: true };
      const low = { lowDelay: true };
      const sender = await sockets.onDevice({ device, port: 0, reusePort: true }, low);
      const receiver = await sockets.onDevice({ device, port, ...reuse });
      const opened = [
        `ucast: write socket priority set to IPTOS_LOWDELAY on ${device}`,
        `ucast: bound send socket to device: ${device}`,
        'ucast: set SO_REUSEPORT(w)',
        'ucast: set SO_REUSEADDR',
        `ucast: bound receive socket to device: ${device}`,
        'ucast: set SO_REUSEPORT',
        started,
      ];
      return { sender, receiver, address, target, port, opened };
    },
    async (sockets) => {
      const sender = await sockets.bound('udp4', 0);
      const receiver = await sockets.bound('udp4', port);
      return { sender, receiver, address, target, port, opened: [started] };
    },
  );
}

/** An address of one link is one of the device's link (heartbeat 3.0.6 shows it so as well). */
function openSix({ device, host, port }: UcastLine): Promise<UdpChannel> {
  const [bare = ''] = host.split('%', 1);
  const address = /^fe[89ab]/i.test(bare) ? `${bare}%${device}` : bare;
  const target = `[${address}]:${port}`;
  const started = `ucast6: heartbeat started for ${target} on interface ${device}`;
  return withOrWithoutSystemCalls(
    async (sockets) => {
      const six = { family: 6, device } as const;
      const sender = await sockets.onDevice({ ...six, port: 0 });
      const receiver = await sockets.onDevice({ ...six, port, reuse: true, reusePort: true });
      const opened = [
        `ucast6: bound send socket to device: ${device}`,
        `ucast6: bound receive socket to device: ${device}`,
        'ucast6: set SO_REUSEPORT',
        started,
      ];
      return { sender, receiver, address, target, port, opened };
    },
    async (sockets) => {
      const sender = await sockets.bound('udp6', 0);
      const receiver = await sockets.bound('udp6', port);
      return { sender, receiver, address, target, port, opened: [started] };
    },
  );
}
