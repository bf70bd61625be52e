/** Makes what was seen of two programs comparable. */
import type { Message } from '@ts-heartbeat/core/message/message';
import type { Seen } from './bench.js';
import type { Sight } from './row.js';

/** A line as both programs write it; ours adds how many of the kind it has held back. */
const LINE = /^\w{3} [ \d]\d [\d:]{8} \S+ heartbeat: \[\d+\]: (.*?)(?: \((?:and )?\d+ more .*\))?$/;

/**
 * Lines that are not compared: the fence's own, and what the genuine program prints of a message
 * that it does not like, field by field. Ours prints one line, so that a stranger cannot fill the
 * log.
 */
const PASSED_OVER = [
  /: status fence\d+$/,
  /MSG: Dumping message/,
  /MSG\[\d+\] :/,
  // The genuine program's quarrel with its own timers.
  /Attempt to remove timeout/,
  // Its account of the history beside a line that both write.
  /^info: (?:fromnode =|hist information:|hiseq =)/,
  // Said with every message of the genuine program, once a second by ours. Rows wait for it.
  /Message hist queue is filling up/,
  // How long a slow machine takes.
  /took too long to execute|delayed|was not scheduled|held up for/,
];

/**
 * What is said of a datagram that cannot be read, or is not signed as it should be. The genuine
 * program needs up to seven lines for it and prints the datagram too; ours says one of the same
 * lines, at most once a second. So only that something was said is compared.
 */
const REFUSED = [
  /Bad\/invalid (?:netstring )?auth/,
  /Invalid authentication (?:type )?\[/,
  /failed authentication$|netstring authentication failed/,
  /authtoken does not match/,
  /peel_netstring|netstring2|netstringto|process_netstring_nvpair/,
  /^ERROR: (?:sp|s)=/,
  /NV failure|Input string|ha_msg_add|base64_to_binary|unpack_string_list|add_string_field/,
  /string2struct|string2msg_ll|depth=\d$/,
  // The line or field that it stopped at.
  /^info: (?:|a|<<<|=x|x,%%%|=y,%%%)$/,
];

/** Fields that every message has, and those that differ from run to run. */
const COMMON = new Set(['src', 'srcuuid', 'destuuid', 'seq', 'hg', 'ts', 'ld', 'ttl', 'auth']);

/** A text with what is peculiar to the row and the run replaced. */
export type Neutral = (text: string) => string;

export function sightOf(seen: readonly Seen[], peer: string, neutral: Neutral): Sight {
  const log: string[] = [];
  const sent: string[] = [];
  const asked = new Set<number>();
  for (const item of seen) {
    if (item.kind === 'log') {
      const text = LINE.exec(item.text)?.[1];
      if (text === undefined || PASSED_OVER.some((pattern) => pattern.test(text))) continue;
      const line = REFUSED.some((pattern) => pattern.test(text)) ? 'refused' : neutral(text);
      // A line that follows itself is one that ours says once a second.
      if (line !== log.at(-1) && !(line === 'refused' && log.includes(line))) log.push(line);
    } else if (item.kind === 'unreadable') {
      sent.push(`unreadable ${item.text}`);
    } else if (item.network === 0 && item.again !== undefined) {
      sent.push(neutral(`again #${item.again}`));
    } else if (item.network === 0 && concerns(item.message, peer)) {
      // Questions come again and again, each at its own random time.
      const first = item.message.decimal('firstseq');
      if (item.message.get('t') === 'NS_rexmit' && first !== undefined) asked.add(first);
      else sent.push(neutral(ownFields(item.message)));
    }
  }
  return { log, sent: asked.size === 0 ? sent : [`asks for ${ranges(asked)}`, ...sent] };
}

/** Numbers as people write them: 2-5 8. */
function ranges(numbers: ReadonlySet<number>): string {
  const words: string[] = [];
  for (const number of [...numbers].sort((a, b) => a - b)) {
    if (numbers.has(number - 1)) continue;
    let last = number;
    while (numbers.has(last + 1)) last += 1;
    words.push(last === number ? `${number}` : `${number}-${last}`);
  }
  return words.join(' ');
}

/** What comes whatever a row does, and what a row has the daemon send to have sent something. */
const BACKGROUND = new Set(['status', 'NS_ackmsg', 'reqnodes', 'x_fill']);

function concerns(message: Message, peer: string): boolean {
  const { t = '', dest } = message.strings();
  if (BACKGROUND.has(t)) return false;
  return dest === undefined || dest === peer;
}

function ownFields(message: Message): string {
  const fields = message.fields.filter(({ name }) => !COMMON.has(name));
  return fields
    .map((field) => `${field.name}=${field.type === 'string' ? field.value : field.type}`)
    .join(' ');
}
