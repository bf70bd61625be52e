/**
 * Fencing: has another node reset by the devices of ha.cf, and looks now and then whether they
 * work. One attempt goes through all devices, in the order of ha.cf, until one has done it; when to
 * try again is not decided here. Texts and severities are those of heartbeat 3.0.6.
 */
import { setTimeout as delay } from 'node:timers/promises';
import type { Millis } from '@ts-heartbeat/core/time';
import { type Child, type ChildEnd, GRACE_MS, startChild } from '@ts-heartbeat/platform/child';
import type { Say } from '../say.js';
import { signalText } from '../signaltext.js';
import type { FencingDevice, Invocation } from './device.js';
import { masked } from './mask.js';
import { withSecretInput } from './secretinput.js';

/**
 * How long a reset may take: power switches wait for seconds between off and on, management boards
 * for half a minute until a machine is up. A person (`meatware`) is asked anew after it.
 */
const RESET_DEADLINE: Millis = 120_000;
const CHECK_DEADLINE: Millis = 60_000;
/** A program that is still there so long after it was ended hangs in the kernel: it is given up. */
const UNENDING: Millis = GRACE_MS + 1000;
/** Between two looks at the devices (heartbeat 3.0.6). */
const CHECK_INTERVAL: Millis = 3_600_000;
/** What a program says about one attempt is kept to this. */
const OUTPUT_MAX = 2000;
const OUTPUT_LINES_MAX = 20;

/** The exit codes of the genuine daemon's own children, which its log shows. */
const SHOWN_CODE = { ok: 0, failed: 1, badHost: 100 } as const;

export type Fenced = keyof typeof SHOWN_CODE;

export interface FencingParts {
  readonly devices: readonly FencingDevice[];
  readonly say: Say;
  /** Everything a program finds in its environment. */
  readonly environment: () => Readonly<Record<string, string>>;
  /** Names that may stand in the log: those of the nodes. */
  readonly nodes: readonly string[];
  /** Where the input of a program is put for a moment. */
  readonly directory: string;
  /** For tests. */
  readonly resetDeadline?: Millis;
}

export class Fencing {
  readonly #parts: FencingParts;
  readonly #running = new Set<Child>();
  #checks: Promise<void> | undefined;
  #check: Child | undefined;
  #resets = 0;
  #timer: NodeJS.Timeout | undefined;
  #over = false;

  constructor(parts: FencingParts) {
    this.#parts = parts;
  }

  /** Looks at the devices now and every hour. */
  begin(): void {
    if (this.#parts.devices.length === 0 || this.#timer !== undefined || this.#over) return;
    void this.checkAll();
    this.#timer = setInterval(() => void this.checkAll(), CHECK_INTERVAL);
    this.#timer.unref();
  }

  /** Ends what is under way. */
  stop(): void {
    this.#over = true;
    clearInterval(this.#timer);
    for (const child of this.#running) child.stop();
  }

  /** One look at each device; nothing where a look or a reset is under way. Never rejects. */
  checkAll(): Promise<void> {
    if (this.#resets > 0) return Promise.resolve();
    this.#checks ??= this.#checkAll().finally(() => {
      this.#checks = undefined;
    });
    return this.#checks;
  }

  /**
   * Has the node reset. `badHost`: no device failed, but none knows the node. Never rejects.
   *
   * Many devices serve one connection at a time, so a look at them is broken off for it.
   */
  async fence(node: string): Promise<Fenced> {
    const { devices, say } = this.#parts;
    this.#resets += 1;
    try {
      this.#check?.stop();
      // One that cannot be ended must not keep the node from being reset.
      await Promise.race([this.#checks, delay(UNENDING, undefined, { ref: false })]);
      if (devices.length === 0) say('error', `No device to reset ${node} with`);
      let worst: Fenced = devices.length === 0 ? 'failed' : 'badHost';
      for (const device of devices) {
        if (this.#over) return 'failed';
        const result = await this.#reset(device, node);
        if (result === 'ok') return 'ok';
        if (result === 'failed') worst = 'failed';
      }
      return worst;
    } finally {
      this.#resets -= 1;
    }
  }

  async #reset(device: FencingDevice, node: string): Promise<Fenced> {
    const { say, resetDeadline = RESET_DEADLINE } = this.#parts;
    say('info', `Resetting node ${node} with [${device.name}]`);
    const child = this.#start(device.reset(node), resetDeadline);
    const end = await this.#ended(child, resetDeadline);
    const result = end.late ? 'failed' : device.meaning(end.code);
    this.#explain(device, end, result === 'ok', resetDeadline);
    if (result === 'ok') say('info', `node ${node} now reset.`);
    else if (result === 'failed') say('error', `Host ${node} not reset!`);
    else say('error', `Device ${device.name} cannot reset host ${node}.`);
    this.#tellEnd(`STONITH ${node}`, child, end, result);
    return result;
  }

  async #checkAll(): Promise<void> {
    const { devices, say } = this.#parts;
    for (const device of devices) {
      if (this.#over || this.#resets > 0) return;
      say('info', `Checking status of STONITH device [${device.name}]`);
      const child = this.#start(device.check, CHECK_DEADLINE);
      this.#check = child;
      const end = await this.#ended(child, CHECK_DEADLINE);
      this.#check = undefined;
      // Broken off for a reset, which tells more than any look.
      if (this.#over || this.#resets > 0) return;
      const isOk = end.code === 0;
      this.#explain(device, end, isOk, CHECK_DEADLINE);
      if (!isOk) say('error', `STONITH device ${device.name} not operational!`);
      this.#tellEnd('STONITH-stat', child, end, isOk ? 'ok' : 'failed');
      if (isOk) continue;
      say('error', 'STONITH status operation failed.');
      say('info', 'This may mean that the STONITH device has failed!');
    }
  }

  #start({ argv, input }: Invocation, deadlineMs: Millis): Child {
    const { environment, directory } = this.#parts;
    const kept = { firstBytes: OUTPUT_MAX };
    const start = (stdin: number): Child =>
      startChild({
        argv,
        environment: environment(),
        stdin,
        stdout: kept,
        stderr: kept,
        deadlineMs,
      });
    let child: Child;
    try {
      child = withSecretInput(directory, input, start);
    } catch (error) {
      const failure = error instanceof Error ? error.message : String(error);
      const nothing = { code: null, signal: null, late: false, ms: 0, stdout: '', stderr: '' };
      child = { pid: undefined, end: Promise.resolve({ ...nothing, failure }), stop: () => {} };
    }
    this.#running.add(child);
    return child;
  }

  async #ended(child: Child, deadline: Millis): Promise<ChildEnd> {
    const limit = new AbortController();
    const { signal } = limit;
    const unending = delay(deadline + UNENDING, undefined, { ref: false, signal });
    const end = await Promise.race([child.end, unending.catch(() => child.end)]);
    limit.abort();
    this.#running.delete(child);
    if (end !== undefined) return end;
    return { code: null, signal: null, late: true, ms: deadline, stdout: '', stderr: '' };
  }

  /** What the program said, and why it failed; the genuine daemon's plugins write that themselves. */
  #explain(device: FencingDevice, end: ChildEnd, isOk: boolean, deadline: Millis): void {
    const { say, nodes } = this.#parts;
    const severity = isOk ? 'info' : 'warn';
    for (const row of [...rowsOf(end.stdout), ...rowsOf(end.stderr)].slice(0, OUTPUT_LINES_MAX)) {
      say(severity, `STONITH device [${device.name}] says: ${masked(row, device.secrets, nodes)}`);
    }
    if (end.failure !== undefined) {
      say('error', `STONITH device [${device.name}] cannot be asked: ${end.failure}`);
    } else if (end.late) {
      const text = `has not answered within ${deadline / 1000} seconds`;
      say('error', `STONITH device [${device.name}] ${text}`);
    } else if (!isOk && end.code !== null) {
      say('warn', `STONITH device [${device.name}] answers with return code ${end.code}`);
    }
  }

  #tellEnd(name: string, child: Child, end: ChildEnd, result: Fenced): void {
    const { say } = this.#parts;
    const process = `Managed ${name} process ${child.pid ?? '?'}`;
    if (end.signal !== null) say('warn', `${process} killed by ${signalText(end.signal)}.`);
    else {
      const severity = result === 'ok' ? 'info' : 'warn';
      say(severity, `${process} exited with return code ${SHOWN_CODE[result]}.`);
    }
  }
}

/** The lines that have been kept whole: what is cut off may be half a password. */
function rowsOf(output: string): readonly string[] {
  const rows = output.split('\n');
  if (output.length >= OUTPUT_MAX) rows.pop();
  return rows.map((row) => row.trim()).filter((row) => row !== '');
}
