/** The command line of ldirectord (4.12): options first, then `[configuration] verb`. */

export const VERBS = [
  'start',
  'stop',
  'restart',
  'try-restart',
  'reload',
  'force-reload',
  'status',
] as const;
export type Verb = (typeof VERBS)[number];

/** The configuration an administrator means. */
export interface Named {
  /** As given, or the default. */
  readonly file: string;
  /** What pid file and log lines are called after. */
  readonly name: string;
}

export type Arguments =
  | { readonly kind: 'help' }
  /** `long` for `--version`, which says more than `-v`. */
  | { readonly kind: 'version'; readonly long: boolean }
  /** Wrong usage; `complaints` go to standard error, one line each. */
  | { readonly kind: 'usage'; readonly complaints: readonly string[] }
  | {
      readonly kind: 'run';
      readonly debug: boolean;
      readonly named: Named;
      readonly verb: Verb;
      /** What is left after the options: what the log repeats. */
      readonly words: readonly string[];
    };

const LETTERS: ReadonlyMap<string, 'debug' | 'help' | 'version'> = new Map([
  ['d', 'debug'],
  ['h', 'help'],
  ['?', 'help'],
  ['v', 'version'],
]);

/** Reads the words after the program's name. Letters may be bundled; nothing is abbreviated. */
export function parseArguments(argv: readonly string[]): Arguments {
  const given = new Set<'debug' | 'help' | 'version'>();
  const complaints: string[] = [];
  let long = false;
  let index = 0;
  for (; index < argv.length; index++) {
    const word = argv[index] ?? '';
    if (word === '--') {
      index++;
      break;
    }
    if (!word.startsWith('-') || word === '-') break;
    if (word.startsWith('--')) {
      const [, name = '', value] = /^--([^=]*)(=.*)?$/s.exec(word) ?? [];
      const option = [...LETTERS.values()].find((long) => long === name.toLowerCase());
      if (!option) complaints.push(`Unknown option: ${name}`);
      else if (value !== undefined) complaints.push(`Option ${name} does not take an argument`);
      else given.add(option);
      long ||= option === 'version';
      continue;
    }
    for (const letter of word.slice(1)) {
      const option = LETTERS.get(letter);
      if (option) given.add(option);
      else complaints.push(`Unknown option: ${letter}`);
    }
  }
  if (complaints.length > 0) return { kind: 'usage', complaints };
  if (given.has('help')) return { kind: 'help' };
  if (given.has('version')) return { kind: 'version', long };
  return parseWords(argv.slice(index), given.has('debug'));
}

/** One word is a verb; of two the first names the file; further ones are ignored. */
function parseWords(words: readonly string[], debug: boolean): Arguments {
  const [first, second] = words;
  const verb = VERBS.find((candidate) => candidate === (second ?? first));
  if (first === undefined || verb === undefined) return { kind: 'usage', complaints: [] };
  const named = second === undefined ? DEFAULT_NAMED : { file: first, name: nameOf(first) };
  return { kind: 'run', debug, named, verb, words };
}

const DEFAULT_NAMED: Named = { file: 'ldirectord.cf', name: 'ldirectord' };

/** The last component of the path, with its extension. */
function nameOf(file: string): string {
  return /[^/]+$/.exec(file)?.[0] ?? '';
}
