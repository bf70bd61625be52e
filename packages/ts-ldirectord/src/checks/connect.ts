/** The connect check: a TCP connection can be opened. */
import type { ConnectSpec } from './check.js';
import { messageOf, type Probe } from './probe.js';
import { connectTcp } from './tcp.js';

/** Up as soon as the connection stands; it is closed at once, and nothing is sent or read. */
export function connectProbe(spec: ConnectSpec): Probe {
  return (settle) => {
    const socket = connectTcp({ host: spec.address, port: spec.port });
    socket.once('connect', () => settle({ up: true, message: '' }));
    socket.on('error', (error) => settle({ up: false, message: messageOf(error) }));
    return () => socket.destroy();
  };
}
