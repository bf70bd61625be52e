/** Which sockets there are: those on which somebody listens, and those that this process holds. */
import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import net from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

/** Where a server is to be found. */
export interface Port {
  readonly protocol: 'tcp' | 'udp';
  readonly address: string;
  readonly port: number;
}

/** In the state column: a socket that listens, and one of udp that is bound. */
const LISTENS = '0A';
const BOUND = '07';
const POLL_MS = 10;
/** What is closed here is gone at once; the other end in this process hears of it soon after. */
const CLOSE_MS = 1000;

/** Whether somebody listens there, from the kernel's own tables: no server notices the question. */
export function listens({ protocol, address, port }: Port): boolean {
  const six = net.isIPv6(address);
  const place = `${kernelAddress(address)}:${port.toString(16).toUpperCase().padStart(4, '0')}`;
  const state = protocol === 'tcp' ? LISTENS : BOUND;
  return readFileSync(`/proc/net/${protocol}${six ? '6' : ''}`, 'latin1')
    .split('\n')
    .some((line) => {
      const [, local, , found] = line.trim().split(/\s+/);
      return local === place && found === state;
    });
}

/** An address as the kernel prints it: words of four bytes, each back to front. */
function kernelAddress(address: string): string {
  const bytes = net.isIPv6(address) ? bytes6(address) : address.split('.').map(Number);
  let text = '';
  for (let at = 0; at < bytes.length; at += 4) {
    for (const byte of bytes.slice(at, at + 4).reverse()) {
      text += byte.toString(16).padStart(2, '0');
    }
  }
  return text.toUpperCase();
}

function bytes6(address: string): number[] {
  const [before = [], after = []] = address
    .split('::')
    .map((half) => half.split(':').filter((group) => group !== ''));
  const zeros = Array.from({ length: 8 - before.length - after.length }, () => '0');
  return [...before, ...zeros, ...after].flatMap((group) => {
    const value = Number.parseInt(group, 16);
    return [value >> 8, value & 0xff];
  });
}

/** How many sockets this process has open. */
export function socketsHeld(): number {
  return readdirSync('/proc/self/fd').filter((fd) => {
    try {
      return readlinkSync(`/proc/self/fd/${fd}`).startsWith('socket:');
    } catch {
      return false;
    }
  }).length;
}

/** Waits until no more sockets are open than before; false when that does not come. */
export async function backTo(before: number): Promise<boolean> {
  const end = performance.now() + CLOSE_MS;
  while (socketsHeld() > before) {
    if (performance.now() > end) return false;
    await sleep(POLL_MS);
  }
  return true;
}
