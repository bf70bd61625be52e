/**
 * The service behind the virtual address: `echo ADDRESS PORT NAME`. Answers every datagram to that
 * address with the name of its host. It listens before the host has the address.
 */
import { createSocket } from 'node:dgram';
import { writeFileSync } from 'node:fs';

const [, , address = '', port = '', name = ''] = process.argv;

writeFileSync('/proc/sys/net/ipv4/ip_nonlocal_bind', '1');
const socket = createSocket('udp4');
// Between loss and return of the address an answer has nowhere to go; the next one has.
socket.on('error', () => undefined);
socket.on('message', (_bytes, from) => socket.send(name, from.port, from.address));
socket.bind(Number(port), address, () => console.log('listening'));
