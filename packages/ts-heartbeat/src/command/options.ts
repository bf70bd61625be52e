/** The command line of `heartbeat`: the options of heartbeat 3.0.6, and a few of our own. */
import type { Held } from '@ts-heartbeat/core/job';

import { type Leftover, readLeftover } from '../leftover.js';

/** What the program is asked to do. */
export type Task =
  | 'start'
  /** -k */
  | 'stop'
  /** -s */
  | 'status'
  /** -r */
  | 'reload'
  /** -R by a user: it is for the daemon itself. */
  | 'restart'
  /** -D */
  | 'defaults'
  /** -DW */
  | 'wikiDefaults'
  /** -V */
  | 'build'
  /** --version */
  | 'version'
  /** --daemon: be the daemon, here and now. */
  | 'daemon';

export interface Options {
  readonly task: Task;
  /** -d, as often as it was given. */
  readonly debug: number;
  /** -v: print the effective configuration. */
  readonly verbose: boolean;
  /** -f: do not leave the terminal. */
  readonly foreground: boolean;
  /** -M: do not touch resources. */
  readonly unmanaged: boolean;
  /** -l: no realtime priority. */
  readonly ordinary: boolean;
  /** --crashed=N: this life follows N crashes in a row. */
  readonly crashes: number;
  /** --reporting: started by the shell launcher, which waits (see starter.ts). */
  readonly reporting: boolean;
  /** --restarted --held=WORD: this life takes over from one that ended in order. */
  readonly held?: Held;
  /** --restarted=WORD: what is to be known of that. */
  readonly left?: Leftover;
}

/** Wrong usage; `complaint` is what getopt prints before the usage. */
export interface Misuse {
  readonly complaint: readonly string[];
}

/** What wrong usage prints (heartbeat 3.0.6), after the complaints. */
export const USAGE = `
Usage: heartbeat [-dDkMrRsvWlVf] [-C Current-resource-state]
\t-C only valid with -R
\t-r is mutually exclusive with -R`;

const HELD: readonly string[] = ['none', 'local', 'foreign', 'all'] satisfies readonly Held[];

function isHeld(word: string): word is Held {
  return HELD.includes(word);
}

/** What was seen on the command line, before it is judged. */
interface Seen {
  readonly program: string;
  readonly letters: Set<string>;
  debug: number;
  state: string | undefined;
  daemon: boolean;
  reporting: boolean;
  version: boolean;
  crashes: number;
  held: Held | undefined;
  left: Leftover | undefined;
  readonly complaint: string[];
}

/**
 * Reads the command line as getopt does. Words that are no options are passed over.
 *
 * @param program as it was called: its complaints begin with that.
 */
export function parseOptions(words: readonly string[], program = 'heartbeat'): Options | Misuse {
  const seen: Seen = {
    program,
    letters: new Set(),
    debug: 0,
    state: undefined,
    daemon: false,
    reporting: false,
    version: false,
    crashes: 0,
    held: undefined,
    left: undefined,
    complaint: [],
  };
  const rest = [...words];
  for (let word = rest.shift(); word !== undefined && word !== '--'; word = rest.shift()) {
    if (word.startsWith('--') && takeLong(seen, word)) continue;
    if (word.startsWith('-') && word.length > 1) takeLetters(seen, word, rest);
  }
  return judge(seen);
}

function takeLong(seen: Seen, word: string): boolean {
  const [name = '', value = ''] = word.split('=', 2);
  switch (name) {
    case '--version':
      seen.version = true;
      return true;
    case '--daemon':
      seen.daemon = true;
      return true;
    case '--reporting':
      seen.reporting = true;
      return true;
    case '--restarted':
      if (value !== '') seen.left = readLeftover(value);
      return true;
    case '--crashed':
      seen.crashes = Number.parseInt(value, 10) || 1;
      return true;
    case '--held':
      if (isHeld(value)) seen.held = value;
      return true;
    default:
      return false;
  }
}

function takeLetters(seen: Seen, word: string, rest: string[]): void {
  for (let place = 1; place < word.length; place += 1) {
    const letter = word.charAt(place);
    if (letter === 'C') {
      seen.state = word.slice(place + 1) || rest.shift();
      if (seen.state === undefined) {
        seen.complaint.push(`${seen.program}: option requires an argument -- 'C'`);
      }
      return;
    }
    if (letter === 'd') seen.debug += 1;
    else if ('DkMrRsvWlVf'.includes(letter)) seen.letters.add(letter);
    else seen.complaint.push(`${seen.program}: invalid option -- '${letter}'`);
  }
}

function judge(seen: Seen): Options | Misuse {
  const { letters, complaint, state } = seen;
  const has = (letter: string): boolean => letters.has(letter);
  // That -R looks at the state, and bars -r, only the usage says (heartbeat 3.0.6).
  const wrong = complaint.length > 0 || (state !== undefined && !has('R'));
  if (wrong) return { complaint };
  return {
    task: taskOf(seen),
    debug: seen.debug,
    verbose: has('v'),
    foreground: has('f'),
    unmanaged: has('M'),
    ordinary: has('l'),
    crashes: seen.crashes,
    reporting: seen.reporting,
    ...(seen.held === undefined ? {} : { held: seen.held }),
    ...(seen.left === undefined ? {} : { left: seen.left }),
  };
}

/** Which of several wins (heartbeat 3.0.6): what only prints, then -k, then -s. */
function taskOf({ letters, version, daemon }: Seen): Task {
  if (version) return 'version';
  if (letters.has('V')) return 'build';
  if (letters.has('D')) return letters.has('W') ? 'wikiDefaults' : 'defaults';
  if (letters.has('k')) return 'stop';
  if (letters.has('s')) return 'status';
  if (daemon) return 'daemon';
  if (letters.has('R')) return 'restart';
  return letters.has('r') ? 'reload' : 'start';
}
