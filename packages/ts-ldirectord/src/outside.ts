/** Performs what the director asks for, and tells it what came of it. */
import { appendFileSync } from 'node:fs';
import { ctimeStamp } from '@ts-heartbeat/platform/logline';
import { Checks } from './checks/checks.js';
import type { TlsRules } from './checks/tls.js';
import type { Effect, Notice } from './director/effect.js';
import type { Event } from './director/event.js';
import type { Ipvs } from './ipvs/ipvs.js';
import { FallbackCommands } from './notify/fallbackcommand.js';

export interface OutsideOptions {
  readonly tls: TlsRules;
  readonly ipvs: Ipvs;
  readonly log: (text: string) => void;
  /** A change that someone may want to be told of by mail. */
  readonly notice: (notice: Notice) => void;
  /** Brings an answer back. */
  readonly tell: (event: Event) => void;
  /** The table is as it shall be left behind. */
  readonly stopped: () => void;
}

export class Outside {
  readonly #options: OutsideOptions;
  readonly #checks: Checks;
  readonly #commands: FallbackCommands;

  constructor(options: OutsideOptions) {
    this.#options = options;
    this.#checks = new Checks(options.tls);
    this.#commands = new FallbackCommands(options.log);
  }

  perform(effect: Effect): void {
    const { ipvs, log, notice, tell, stopped } = this.#options;
    switch (effect.kind) {
      case 'readTable':
        ipvs.read({ thresholds: effect.thresholds }).then(
          (table) => tell({ kind: 'table', table }),
          (error: unknown) => tell({ kind: 'tableFailed', error: messageOf(error) }),
        );
        return;
      case 'change':
        void ipvs.apply(effect.changes).then((failures) => tell({ kind: 'changed', failures }));
        return;
      case 'check': {
        const { run, spec } = effect;
        this.#checks.begin(run, spec, (result) => tell({ kind: 'checked', run, result }));
        return;
      }
      case 'cancel':
        this.#checks.cancel(effect.run);
        return;
      case 'log':
        log(effect.text);
        return;
      case 'notice':
        notice(effect.notice);
        return;
      case 'fallbackCommand':
        this.#commands.tell(effect);
        return;
      case 'monitor':
        appendMonitor(effect.file, effect.text);
        return;
      case 'stopped':
        this.#checks.close();
        stopped();
    }
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** `[ctime] [pid] TEXT` (ldirectord 4.12). A file that is gone or full costs the line, no more. */
function appendMonitor(file: string, text: string): void {
  const line = `[${ctimeStamp(new Date())}] [${process.pid}] ${text}\n`;
  try {
    appendFileSync(Buffer.from(file, 'latin1'), line, 'latin1');
  } catch {
    // It was writable when the configuration was read; the log tells of the change anyway.
  }
}
