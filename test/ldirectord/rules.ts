/** The command line of ipvsadm 1.31 as far as a director uses it: words in, one command out. */

export interface Command {
  readonly verb: Verb;
  /** `-t`, `-u` or `-f` and what follows it. */
  readonly service?: { readonly flag: ServiceFlag; readonly value: string };
  readonly ipv6: boolean;
  readonly ops: boolean;
  readonly forwarding: 'g' | 'i' | 'm';
  readonly thresholds: boolean;
  /** Options with a value, by their letter. */
  readonly values: ReadonlyMap<string, string>;
}

export type Verb = 'A' | 'E' | 'D' | 'C' | 'R' | 'S' | 'a' | 'e' | 'd' | 'L' | 'Z';
export type ServiceFlag = 't' | 'u' | 'f';

/** What ipvsadm says, and how it ends, when it will not do something. */
export class Refusal extends Error {
  readonly code: number;

  constructor(code: number, text: string) {
    super(text);
    this.code = code;
  }
}

/** Wrong words; the kernel's own refusals end with 255. */
export const EXIT_SYNTAX = 2;
export const EXIT_KERNEL = 255;

const LONG: Readonly<Record<string, string>> = {
  'add-service': 'A',
  'edit-service': 'E',
  'delete-service': 'D',
  clear: 'C',
  restore: 'R',
  save: 'S',
  'add-server': 'a',
  'edit-server': 'e',
  'delete-server': 'd',
  list: 'L',
  zero: 'Z',
  'tcp-service': 't',
  'udp-service': 'u',
  'fwmark-service': 'f',
  scheduler: 's',
  persistent: 'p',
  netmask: 'M',
  'real-server': 'r',
  gatewaying: 'g',
  ipip: 'i',
  masquerading: 'm',
  weight: 'w',
  'u-threshold': 'x',
  'l-threshold': 'y',
  numeric: 'n',
  ipv6: '6',
  ops: 'o',
  'sched-flags': 'b',
};
const WITH_VALUE = 'tufsMrwxyb';
/** A persistence without a time. */
const PERSISTENT_DEFAULT = '300';
const PERSISTENT_MAX = 2_678_400;

/** Splits long and bundled options into single letters and values. */
function singleOptions(words: readonly string[]): readonly string[] {
  return words.flatMap((word, index) => {
    const long = /^--([a-z-]+)(?:=(.*))?$/s.exec(word);
    const letter = LONG[long?.[1] ?? ''];
    if (letter !== undefined) return [`-${letter}`, ...(long?.[2] ? [long[2]] : [])];
    const isValue = WITH_VALUE.includes(words[index - 1]?.slice(1) || '-');
    const bundled = !isValue && /^-[A-Za-z6]{2,}$/.test(word);
    return bundled ? [...word.slice(1)].map((option) => `-${option}`) : [word];
  });
}

/** @throws Refusal with ipvsadm's words */
export function parseWords(words: readonly string[]): Command {
  const options = singleOptions(words);
  const values = new Map<string, string>();
  const flags = new Set<string>();
  let verb: Verb | undefined;
  let service: Command['service'];
  let forwarding: Command['forwarding'] = 'g';
  const left = [...options];
  for (let option = left.shift(); option !== undefined; option = left.shift()) {
    const letter = option.slice(1);
    if (/^-[AEDCRSaedLlZ]$/.test(option)) {
      if (verb !== undefined) throw new Refusal(EXIT_SYNTAX, 'multiple commands specified');
      verb = (letter === 'l' ? 'L' : letter) as Verb;
    } else if (option === '-p') {
      const time = /^\d+$/.test(left[0] ?? '') ? (left.shift() ?? '') : PERSISTENT_DEFAULT;
      if (Number(time) < 1 || Number(time) > PERSISTENT_MAX) {
        throw new Refusal(EXIT_SYNTAX, `invalid timeout value \`${time}' specified`);
      }
      values.set('p', time);
    } else if (letter.length === 1 && WITH_VALUE.includes(letter)) {
      const value = left.shift();
      if (value === undefined) throw new Refusal(EXIT_SYNTAX, 'missing argument');
      if ('tuf'.includes(letter)) service = { flag: letter as ServiceFlag, value };
      else values.set(letter, value);
    } else if (letter === 'g' || letter === 'i' || letter === 'm') forwarding = letter;
    else if (/^-(?:[6on]|-(?:thresholds|nosort|sort|exact|stats|rate))$/.test(option)) {
      flags.add(letter);
    } else if (option !== '') {
      throw new Refusal(EXIT_SYNTAX, `unexpected argument ${option}`);
    }
  }
  if (verb === undefined) throw new Refusal(EXIT_KERNEL, "Try `ipvsadm -h' for help");
  return {
    verb,
    ...(service && { service }),
    ipv6: flags.has('6'),
    ops: flags.has('o'),
    forwarding,
    thresholds: flags.has('-thresholds'),
    values,
  };
}
