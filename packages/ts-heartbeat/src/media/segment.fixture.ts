/**
 * A segment for tests of media: a network namespace that holds both ends of a cable, `a0` and `b0`.
 */
import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { after, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import type { Medium as MediumLine } from '@ts-heartbeat/core/config/media';
import { networkInterface } from '@ts-heartbeat/platform/interface';
import { makeMedium } from './media.js';
import type { Arrival, Medium, Surroundings } from './medium.js';
import { makePinger, type Pinger } from './pinger.js';

const INSIDE = 'TS_HEARTBEAT_TEST_SEGMENT';
const SEGMENT = `set -e
ip link set lo up
ip link add a0 type veth peer name b0
for link in a0 b0; do
  echo 1 > /proc/sys/net/ipv4/conf/$link/accept_local
  echo 0 > /proc/sys/net/ipv4/conf/$link/rp_filter
  echo 0 > /proc/sys/net/ipv6/conf/$link/accept_dad
done
echo 0 > /proc/sys/net/ipv4/conf/all/rp_filter
ip addr add 10.9.0.1/24 brd + dev a0
ip addr add 10.9.0.2/24 brd + dev b0
ip link set a0 up
ip link set b0 up
exec "$@"`;

const open: Medium[] = [];

/** Runs the tests of a file on a segment of their own: call it once in a file. */
export function onSegment(url: string, title: string, tests: () => void): void {
  if (process.env[INSIDE] !== undefined) {
    after(() => Promise.all(open.map((medium) => medium.close())));
    tests();
    return;
  }
  test(title, () => {
    const own = process.getuid?.() === 0 ? ['-n'] : ['-rn'];
    const self = [process.execPath, fileURLToPath(url)];
    const environment: NodeJS.ProcessEnv = { ...process.env, [INSIDE]: 'yes' };
    delete environment.NODE_TEST_CONTEXT;
    const result = spawnSync('unshare', [...own, 'sh', '-c', SEGMENT, 'sh', ...self], {
      env: environment,
      encoding: 'utf8',
      timeout: 60_000,
    });
    assert.equal(result.status, 0, `${result.stdout}\n${result.stderr}`);
  });
}

/** Runs lines of a shell script on the segment. */
export function shell(...lines: readonly string[]): void {
  execFileSync('sh', ['-ec', lines.join('\n')]);
}

/** One end: what it received, and its log. */
export class End {
  readonly lines: string[] = [];
  readonly received: string[] = [];
  #waiting: (() => void) | undefined;
  readonly medium: Medium;

  constructor(line: MediumLine, pinger?: Pinger) {
    const around: Surroundings = {
      say: (severity, text) => {
        this.lines.push(`${severity}: ${text}`);
        this.#waiting?.();
      },
      clock: () => performance.now(),
      interfaces: (name) => networkInterface(name),
      received: (_medium, arrival) => this.#take(arrival),
    };
    this.medium = makeMedium(line, around, { pinger: pinger ?? makePinger(1, around.say) });
    open.push(this.medium);
  }

  #take(arrival: Arrival): void {
    assert.equal(arrival.form, 'datagram');
    if (arrival.form === 'datagram') this.received.push(Buffer.from(arrival.bytes).toString());
    this.#waiting?.();
  }

  send(text: string): void {
    this.medium.send(Buffer.from(text));
  }

  async #until(condition: () => boolean): Promise<void> {
    while (!condition()) {
      await new Promise<void>((resolve) => {
        this.#waiting = resolve;
      });
    }
  }

  /** Waits until so many messages have come. */
  async heard(count: number): Promise<readonly string[]> {
    await this.#until(() => this.received.length >= count);
    return this.received;
  }

  /** Waits for a line of its log. */
  async said(pattern: RegExp): Promise<void> {
    await this.#until(() => this.lines.some((line) => pattern.test(line)));
  }
}

/** Goes on sending, as a node does with its keepalives, until the other end has heard enough. */
export async function untilHeard(from: End, to: End, count: number): Promise<void> {
  const beat = setInterval(() => from.send('beat'), 50);
  await to.heard(count);
  clearInterval(beat);
}
