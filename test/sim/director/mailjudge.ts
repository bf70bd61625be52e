/**
 * Invariant 20: mails that were asked for, each once, reminders at their pace, and no flood; and
 * one for each change of a server.
 */
import type { Change } from 'ts-ldirectord/ipvs/change';
import { destinationKey, serviceKey } from 'ts-ldirectord/ipvs/table';
import type { Alert } from 'ts-ldirectord/notify/alerts';
import type { CheckJudge } from './checkjudge.js';
import {
  type FilePlan,
  inBrackets,
  type MailPlan,
  placeKey,
  serverAddress,
  virtualKey,
  virtualName,
} from './plan.js';
import type { Situation } from './situation.js';
import type { Violations } from './violations.js';

/** So many changes of a server are told of at once, and then one a pause (docs/ldirectord-mail.md). */
const BURST = 10;
/** At the end of a server's name, before its virtual. */
const PORT = /:\d+ /;
const PAUSE_MS_MIN = 60_000;
/** Beside the burst, in one pause: the next of the pace, a reminder, and one at either end. */
const PAUSE_MAILS = BURST + 3;

interface Mailed {
  readonly at: number;
  /** Of a change, when it was asked for. */
  readonly since: number;
  readonly text: string;
  /** What the file asked for then, in seconds. */
  readonly frequency: number;
}

export class MailJudge {
  readonly #situation: Situation;
  readonly #checks: CheckJudge;
  readonly #violations: Violations;
  /** The last mails about each server of a virtual. */
  readonly #mailed = new Map<string, Mailed[]>();
  /** The very last one, whatever port the server is named with: that may be the kernel's. */
  readonly #last = new Map<string, Mailed & { readonly count: number }>();
  /** When the last changes were asked for, and when it was told that they are made. */
  #asked = { at: 0, toldAt: 0 };
  /** Changes that were made in this instant, by what a mail of them is about. */
  #expected: string[] = [];
  /** From then on none is due any more. */
  quietFrom = Number.POSITIVE_INFINITY;

  constructor(situation: Situation, checks: CheckJudge, violations: Violations) {
    this.#situation = situation;
    this.#checks = checks;
    this.#violations = violations;
  }

  newLife(): void {
    this.#mailed.clear();
    this.#last.clear();
    this.#expected = [];
  }

  /** A server that goes on changing is told of once in that time. */
  static pauseMs(file: FilePlan): number {
    return Math.max(PAUSE_MS_MIN, 1000 * file.mail.frequency);
  }

  /** The daemon asks for changes. */
  asks(): void {
    this.#asked = { at: this.#situation.world.now, toldAt: 0 };
  }

  /** The daemon is told that a change was made. */
  changed(change: Change): void {
    const { file, world } = this.#situation;
    this.#asked = { ...this.#asked, toldAt: world.now };
    if (file === undefined || !('destination' in change) || !isAll(file.mail)) return;
    const key = serviceKey(change.target);
    const virtual = file.virtuals.find((candidate) => virtualKey(candidate) === key);
    if (virtual === undefined) return;
    const place = destinationKey(change.destination);
    const real = virtual.reals.find((candidate) => placeKey(virtual, candidate) === place);
    if (real === undefined) return;
    const address = serverAddress(real.server, virtual.family);
    this.#expected.push(`${inBrackets(address)} (${virtualName(virtual)})`);
  }

  /** Has every change been told of? */
  look(): void {
    if (this.#expected.length === 0) return;
    const { world } = this.#situation;
    for (const about of this.#expected) {
      const last = this.#last.get(about);
      if (last?.at === world.now || (last?.count ?? 0) >= BURST - 1) continue;
      this.#add('a change that nobody is told of', about);
    }
    this.#expected = [];
  }

  mails({ text, status, to }: Alert): void {
    const { file, world, serving } = this.#situation;
    if (file === undefined) return;
    const { mail } = file;
    const isAsked = mail.to === to && (isAll(mail) || mail.statuses?.includes(status) === true);
    if (!isAsked || to === '') {
      this.#add('a mail that nobody has asked for', `${status}: ${text}`);
    }
    if (status === 'running' && serving && this.#checks.isStarting) {
      this.#add('a mail of the start says that the daemon is running', text);
    }
    if (world.now > this.quietFrom) this.#add('a mail without a cause', text);
    const pauseMs = MailJudge.pauseMs(file);
    const key = subjectOf(text);
    const before = this.#mailed.get(key) ?? [];
    const recent = before.filter(({ at }) => at > world.now - BURST * pauseMs);
    const about = key.replace(PORT, ' ');
    const last = this.#last.get(about);
    this.#repeated(last, this.#countOf(about, world.now - BURST * pauseMs), text);
    const isLong = last === undefined || last.at < world.now - BURST * pauseMs;
    const since = this.#asked.toldAt === world.now ? this.#asked.at : world.now;
    const mailed = { at: world.now, since, text, frequency: mail.frequency };
    this.#last.set(about, { ...mailed, count: isLong ? 1 : last.count + 1 });
    // Reminders came at the pace that was asked for then: a reload may have made the pause longer.
    const close = recent.filter(
      ({ at, text, frequency }) =>
        at > world.now - pauseMs &&
        (frequency === mail.frequency || !text.startsWith('Inaccessible')),
    );
    if (close.length >= PAUSE_MAILS) this.#add('a flood of mails', key, `${close.length + 1}`);
    this.#mailed.set(key, [...recent, mailed]);
  }

  /** Mails since then about a server, under either of its ports: each has a pace of its own. */
  #countOf(about: string, since: number): number {
    let count = 0;
    for (const [key, mailed] of this.#mailed) {
      if (key.replace(PORT, ' ') === about) count += mailed.filter(({ at }) => at > since).length;
    }
    return count;
  }

  /** The same said twice in a row, sooner than a reminder is due. */
  #repeated(last: Mailed | undefined, recent: number, text: string): void {
    const { world, file, configuredAt, changedAt } = this.#situation;
    // What was held back in between has not been seen.
    if (last?.text !== text || recent >= BURST - 1) return;
    // Something has happened since, or while the change was made that was told of.
    if (Math.max(configuredAt, changedAt) >= last.since) return;
    const frequency = 1000 * (file?.mail.frequency ?? 0);
    const isReminder = text.startsWith('Inaccessible') && frequency > 0;
    if (isReminder && world.now - last.at >= frequency * 0.998) return;
    this.#add('the same mail again', text, `after ${world.now - last.at} ms`);
  }

  #add(title: string, ...facts: readonly string[]): void {
    this.#violations.add(this.#situation.world.now, 20, title, ...facts);
  }
}

function isAll({ to, statuses }: MailPlan): boolean {
  return to !== '' && (statuses === undefined || statuses.includes('all'));
}

/** The server and the virtual that a mail is about. */
function subjectOf(text: string): string {
  const server = /server(?: \(\w+\))?: (\S+)/.exec(text)?.[1] ?? '';
  const virtual = text.replace(/ \(Weight set to \d+\)$/, '').match(/\(([^()]*)\)$/)?.[1] ?? '';
  return `${server} (${virtual})`;
}
