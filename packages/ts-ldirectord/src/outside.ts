/** Performs what the director asks for, and tells it what came of it. */
import { Checks } from './checks/checks.js';
import type { TlsRules } from './checks/tls.js';
import type { Effect, Notice } from './director/effect.js';
import type { Event } from './director/event.js';
import type { Ipvs } from './ipvs/ipvs.js';
import { FallbackCommands } from './notify/fallbackcommand.js';
import { MonitorFiles } from './notify/monitorfiles.js';

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
  readonly #monitorFiles: MonitorFiles;

  constructor(options: OutsideOptions) {
    this.#options = options;
    this.#checks = new Checks(options.tls);
    this.#commands = new FallbackCommands(options.log);
    this.#monitorFiles = new MonitorFiles(options.log);
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
        this.#monitorFiles.append(effect.file, effect.text);
        return;
      case 'stopped':
        this.#checks.close();
        stopped();
    }
  }

  /** After `stopped`: what was to be written is written, half a second at most. */
  close(): Promise<void> {
    return this.#monitorFiles.close();
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
