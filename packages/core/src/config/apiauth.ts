/** The lines `apiauth`: who may use the client API under which name. */
import { API_RULES_MAX, type Draft, type Word } from './draft.js';
import { type Manner, WHOLE_FILE } from './problemlist.js';
import type { ApiAuthRule } from './settings.js';
import { parseInteger } from './values.js';

/** A client name, and a user or group name, have to be shorter than this (heartbeat 3.0.6). */
const CLIENT_LENGTH_LIMIT = 32;
const NAME_LENGTH_LIMIT = 64;

/** Added where the user gave none of that name (heartbeat 3.0.6). */
const DEFAULT_RULES = [
  'ipfail uid=hacluster',
  'ccm uid=hacluster',
  'ping gid=haclient',
  'lha-snmpagent uid=root',
  'anon uid=root gid=haclient',
];

const SYNTAX = [
  'Syntax: apiauth client [uid=uidlist] [gid=gidlist]',
  'Where uidlist is a comma-separated list of uids,',
  'and gidlist is a comma-separated list of gids',
  'One or the other must be specified.',
];

/** A list of users or groups on the line. */
interface List {
  readonly text: string;
  /** The genuine message quotes from the list to the end of the line. */
  readonly quoted: string;
}

/** What the line says, or the text of what is wrong with it. */
interface Line {
  readonly client: string;
  readonly uid?: List;
  readonly gid?: List;
  readonly trouble?: string;
}

function split(text: string): Line {
  const [, client = '', rest = ''] = /^([^ \t\f]*)[ \t\f]*(.*)$/s.exec(text) ?? [];
  if (client.length >= CLIENT_LENGTH_LIMIT) {
    return { client, trouble: `client name [${text}] too long` };
  }
  let line: Line = { client };
  let at = 0;
  while (at < rest.length) {
    const quoted = rest.slice(at);
    const [whole = '', kind, list = ''] = /^([ug]id)=([^ \t\f]*)[ \t\f]*/.exec(quoted) ?? [];
    if (kind !== 'uid' && kind !== 'gid') {
      return { client, trouble: 'Missing uid or gid in apiauth' };
    }
    if (line[kind] !== undefined) {
      return { client, trouble: `Duplicate ${kind} list in apiauth` };
    }
    line = { ...line, [kind]: { text: list, quoted: quoted.slice('uid='.length) } };
    at += whole.length;
  }
  return line;
}

/** The numbers of a list, or the text of what is wrong (empty: the genuine program gives none). */
function numbersOf(draft: Draft, kind: 'uid' | 'gid', { text }: List): number[] | string {
  const numbers = new Set<number>();
  // Commas after a name are passed over; one before the first name is an empty name.
  for (const name of text === '' ? [] : text.replace(/,+$/, '').split(/,+/)) {
    const number = numberOf(draft, kind, name);
    if (typeof number === 'string') return number;
    numbers.add(number);
  }
  return [...numbers];
}

function numberOf({ machine }: Draft, kind: 'uid' | 'gid', name: string): number | string {
  if (/^\d/.test(name)) {
    const number = parseInteger(name);
    return number === -1 ? '' : number >>> 0;
  }
  if (name.length >= NAME_LENGTH_LIMIT) {
    return kind === 'uid' ? 'user id name [] is too long' : '';
  }
  const number = kind === 'uid' ? machine.user(name)?.uid : machine.group(name);
  if (number !== undefined) return number;
  return `Invalid ${kind === 'uid' ? 'user id' : 'group'} name [${name}]`;
}

/** The rule of a line, or the texts of what is wrong with it. */
function readRule(draft: Draft, text: string): ApiAuthRule | readonly string[] {
  const line = split(text);
  if (line.trouble !== undefined) return [line.trouble];
  if (line.uid === undefined && line.gid === undefined) return [];
  const ids = { uid: [] as readonly number[], gid: [] as readonly number[] };
  for (const kind of ['uid', 'gid'] as const) {
    const list = line[kind];
    if (list === undefined) continue;
    const numbers = numbersOf(draft, kind, list);
    if (typeof numbers === 'string') {
      return [...(numbers === '' ? [] : [numbers]), `Bad ${kind} list [${list.quoted}]`];
    }
    ids[kind] = numbers;
  }
  if (draft.apiauth.has(line.client)) {
    return [`Duplicate apiauth directive for API client ${line.client}: [${text}]`];
  }
  return { client: line.client, uids: ids.uid, gids: ids.gid };
}

/** Takes the rest of the line. */
export function takeApiAuth(draft: Draft, rest: Word): void {
  const rule = readRule(draft, rest.text);
  if ('client' in rule) {
    if (draft.apiauth.size < API_RULES_MAX) draft.apiauth.set(rule.client, rule);
    else draft.refuse('apiauth', rest, `no more than ${API_RULES_MAX} rules are possible`);
    return;
  }
  const code = 'HA_CF_BAD_APIAUTH';
  for (const text of [...rule, `Invalid apiauth directive [${rest.text}]`]) {
    draft.reject(rest, code, text);
  }
  for (const text of SYNTAX) draft.problems.info(rest, code, text);
}

/**
 * Adds the built-in rules, once all lines are read. Where the machine lacks their users this is
 * called an ERROR and is not fatal: the rule is left out (heartbeat 3.0.6).
 */
export function addDefaultRules(draft: Draft): void {
  const code = 'HA_CF_NO_API_USER';
  const manner: Manner = { printedAs: 'error' };
  for (const text of DEFAULT_RULES) {
    if (draft.apiauth.has(text.split(' ', 1)[0] ?? '')) continue;
    const rule = readRule(draft, text);
    if ('client' in rule) {
      draft.apiauth.set(rule.client, rule);
      continue;
    }
    for (const trouble of [...rule, `Invalid apiauth directive [${text}]`]) {
      draft.problems.warning(WHOLE_FILE, code, trouble, manner);
    }
    for (const line of SYNTAX) draft.problems.info(WHOLE_FILE, code, line);
  }
}
