/** authkeys: text and file mode in, keyring and problems out. Measured against heartbeat 3.0.6. */
import type { AuthMethod, Key, Keyring } from '../auth/keyring.js';
import { type ConfigFile, type Piece, piecesOf } from './file.js';
import type { Problem } from './problem.js';
import { type Place, ProblemList, WHOLE_FILE } from './problemlist.js';
import { parseInteger } from './values.js';

/** What an authkeys says. */
export interface AuthkeysReading {
  /** Absent when there is an error. */
  readonly keyring?: Keyring;
  readonly problems: readonly Problem[];
}

/** Readable by the group or by others. Being writable by them does not matter to 3.0.6. */
const READABLE_BY_OTHERS = 0o044;
const KEY_NUMBER_MAX = 15;

interface Draft {
  readonly path: string;
  readonly problems: ProblemList;
  readonly keys: Map<number, Key>;
  /** The number of the last `auth` line; negative when there was none. */
  wanted: number;
  /** The key line that the last `auth` line above it has chosen. */
  signing: number | undefined;
}

/**
 * Reads authkeys; the text comes as latin1. Never throws, and no text of a problem holds a key:
 * where the genuine program quotes a line, `...` stands for what may be one.
 */
export function parseAuthkeys(file: ConfigFile): AuthkeysReading {
  const problems = new ProblemList(file.path);
  if (file.text === undefined) {
    const code = file.denied === true ? 'AUTHKEYS_DENIED' : 'AUTHKEYS_MISSING';
    problems.error(WHOLE_FILE, code, `Cannot open keyfile [${file.path}].  Stop.`);
    return { problems: problems.list() };
  }
  if (((file.mode ?? 0) & READABLE_BY_OTHERS) !== 0) {
    const text = `Bad permissions on keyfile [${file.path}], 600 recommended.`;
    problems.error(WHOLE_FILE, 'AUTHKEYS_PERMISSIONS', text);
    return { problems: problems.list() };
  }
  const draft: Draft = {
    path: file.path,
    problems,
    keys: new Map(),
    wanted: -1,
    signing: undefined,
  };
  for (const piece of piecesOf(file.text)) takeLine(draft, piece);
  if (draft.signing === undefined && draft.wanted < 0) {
    const text = `Missing auth directive in keyfile [${file.path}]`;
    problems.error(WHOLE_FILE, 'AUTHKEYS_NO_AUTH', text);
  } else if (draft.signing === undefined) {
    const text = `Auth Key [${draft.wanted}] not found in keyfile [${file.path}]`;
    problems.error(WHOLE_FILE, 'AUTHKEYS_NO_KEY', text);
  }
  const { signing, keys } = draft;
  const isRight = !problems.failed && signing !== undefined;
  return { ...(isRight && { keyring: { signing, keys } }), problems: problems.list() };
}

function takeLine(draft: Draft, { text, line, column }: Piece): void {
  const content = text.trimStart();
  if (content === '' || content.startsWith('#')) return;
  const place: Place = { line, column: column + text.length - content.length };
  if (content.startsWith('a')) takeAuth(draft, content, place);
  else takeKey(draft, content, place);
}

/** `auth N`: the key lines of that number below it sign. */
function takeAuth(draft: Draft, content: string, place: Place): void {
  const [, number] = /^auth\s*([+-]?\d+)/.exec(content) ?? [];
  if (number === undefined) {
    const text = `Invalid auth line [${redact(content)}] in ${draft.path}`;
    draft.problems.error(place, 'AUTHKEYS_BAD_AUTH', text);
    return;
  }
  draft.wanted = parseInteger(number);
}

/** `N method [key]`. Words after the key are passed over. */
function takeKey(draft: Draft, content: string, place: Place): void {
  const { problems, path } = draft;
  const [, numberText = '', method, key] =
    /^([+-]?\d+)\s*([^\s]+)(?:\s+([^\s]+))?/.exec(content) ?? [];
  if (method === undefined) {
    const text = `Auth line [${redact(content)}] is invalid.`;
    problems.error(place, 'AUTHKEYS_BAD_LINE', text);
    return;
  }
  const number = parseInteger(numberText);
  if (number < 0 || number > KEY_NUMBER_MAX) {
    problems.error(place, 'AUTHKEYS_BAD_NUMBER', `Invalid authnum [${number}] in ${path}`);
    return;
  }
  if (!isMethod(method)) {
    // A key whose method was forgotten has no word behind it, and looks like no method.
    const hasKey = key !== undefined && !key.startsWith('#');
    const quoted = hasKey && /^[a-z]{1,5}-?\d{0,3}$/i.test(method) ? method : '...';
    problems.error(place, 'AUTHKEYS_BAD_METHOD', `Invalid authtype [${quoted}]`);
    return;
  }
  if (method === 'crc' && key !== undefined) {
    const text = `Auth method [${method}] doesn't use a key`;
    problems.error(place, 'AUTHKEYS_NEEDLESS_KEY', text, { printedAs: 'info' });
    return;
  }
  if (method !== 'crc' && key === undefined) {
    problems.error(place, 'AUTHKEYS_KEY_WANTED', `Auth method [${method}] requires a key`);
    return;
  }
  draft.keys.set(number, { method, key: key ?? '' });
  if (number === draft.wanted) draft.signing = number;
}

function isMethod(word: string): word is AuthMethod {
  return word === 'crc' || word === 'md5' || word === 'sha1';
}

/** The words of a line that cannot be a key, and `...` for the rest. */
function redact(content: string): string {
  const words = content.trimEnd().split(/\s+/);
  const harmless = words.findIndex((word) => !/^(auth|crc|md5|sha1|\d{1,2})$/.test(word));
  return harmless < 0 ? words.join(' ') : [...words.slice(0, harmless), '...'].join(' ');
}
