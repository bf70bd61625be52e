/** The directives of ha.cf that name a medium: which reader takes them, and how many there may be. */
import { type Draft, MEDIA_MAX, type Word } from './draft.js';
import type { Medium } from './media.js';
import { readMcast, readMcast6 } from './multicast.js';
import { readPing, readPing6, readPingGroup } from './pingnodes.js';
import { DEFAULT_BAUD } from './speed.js';
import { readBcast, readUcast, readUcast6 } from './unicast.js';

/** A kind whose line has one medium a word. */
interface WordMedium {
  /** How heartbeat 3.0.6 describes it. */
  readonly description: string;
  readonly read: (draft: Draft, word: Word) => Medium | undefined;
}

type ReadLine = (draft: Draft, words: readonly Word[], line: Word) => Medium | undefined;

const WORD_MEDIA: ReadonlyMap<string, WordMedium> = new Map([
  ['serial', { description: 'serial ring', read: readSerial }],
  ['bcast', { description: 'UDP/IP broadcast', read: readBcast }],
  ['ping', { description: 'ping membership', read: readPing }],
  ['ping6', { description: 'ping6 membership', read: readPing6 }],
]);

const LINE_MEDIA: ReadonlyMap<string, ReadLine> = new Map<string, ReadLine>([
  ['mcast', readMcast],
  ['mcast6', readMcast6],
  ['ucast', readUcast],
  ['ucast6', readUcast6],
  ['ping_group', readPingGroup],
]);

/** One port of a `serial` line; undefined when it was refused. */
function readSerial(draft: Draft, word: Word): Medium | undefined {
  const path = word.text;
  const refuse = (text: string): undefined =>
    void draft.reject(word, 'HA_CF_BAD_SERIAL', `glib: ${text} in config file`);
  if (!path.startsWith('/')) return refuse(`Serial port not full pathname [${path}]`);
  const kind = draft.machine.fileKind(path);
  if (kind === 'none') return refuse(`Nonexistent serial port [${path}]`);
  if (kind === 'other') return refuse(`Serial port [${path}] not a char device`);
  // The first port fixes the speed of all (3.0.6).
  const [first] = draft.media.filter((medium) => medium.kind === 'serial');
  return { kind: 'serial', path, baud: first?.baud ?? draft.baud ?? DEFAULT_BAUD };
}

/** Adds a medium; false when there is no room, which is said. `command` is the offending line. */
function hasRoom(draft: Draft, place: Word, command: string): boolean {
  if (draft.media.length < MEDIA_MAX) return true;
  const code = 'HA_CF_TOO_MANY_MEDIA';
  draft.reject(place, code, `Too many media specified (> ${MEDIA_MAX})`);
  draft.problems.info(place, code, `Offending command: ${command}`);
  return false;
}

/** The directives that name a medium. */
export const MEDIUM_NAMES: readonly string[] = [...WORD_MEDIA.keys(), 'udp', ...LINE_MEDIA.keys()];

/** True when the directive is a medium whose line is a list of words. */
export function isWordMedium(directive: string): boolean {
  return WORD_MEDIA.has(directive) || directive === 'udp';
}

/** True when the directive is a medium whose line is read as a whole. */
export function isLineMedium(directive: string): boolean {
  return LINE_MEDIA.has(directive);
}

/**
 * Takes a line `serial`, `bcast`, `udp`, `ping` or `ping6`. After the first bad word of a kind that
 * no medium uses yet, the rest of the line is refused unread: the genuine plugin has been unloaded.
 */
export function takeWordMedia(draft: Draft, line: Word, words: readonly Word[]): void {
  const kind = line.text === 'udp' ? 'bcast' : line.text;
  if (kind !== line.text) {
    const text = "WARNING: directive 'udp' replaced by 'bcast'";
    draft.problems.warning(line, 'HA_CF_UDP', text);
  }
  const medium = WORD_MEDIA.get(kind);
  if (medium === undefined) return;
  let isUnloaded = false;
  for (const word of words) {
    if (isUnloaded) {
      draft.reject(word, 'HA_CF_BAD_MEDIUM', `Illegal configuration directive [${kind}]`);
      continue;
    }
    if (!hasRoom(draft, word, `${kind} ${word.text}`)) continue;
    const read = medium.read(draft, word);
    if (read !== undefined) {
      draft.media.push(read);
      continue;
    }
    const text = `Illegal ${kind} [${medium.description}] in config file [${word.text}]`;
    draft.reject(word, 'HA_CF_BAD_MEDIUM', text);
    isUnloaded = draft.media.every((other) => other.kind !== kind);
  }
}

/** Takes a line `mcast`, `mcast6`, `ucast`, `ucast6` or `ping_group`. */
export function takeLineMedium(
  draft: Draft,
  line: Word,
  words: readonly Word[],
  rest: string,
): void {
  if (!hasRoom(draft, line, `${line.text} ${rest}`)) return;
  const medium = LINE_MEDIA.get(line.text)?.(draft, words, line);
  if (medium !== undefined) draft.media.push(medium);
}
