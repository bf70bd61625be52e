/** haresources: the check at the start of the daemon, and the groups as they are run. */
import { type ConfigFile, piecesOf } from './file.js';
import { sampleAdvice } from './hacf.js';
import type { Problem } from './problem.js';
import { ProblemList, WHOLE_FILE } from './problemlist.js';
import type { ConfiguredNode } from './settings.js';

/** One word of a group: a script and its arguments. */
export interface Resource {
  /** As written. */
  readonly word: string;
  readonly script: string;
  /** Passed before the verb. */
  readonly args: readonly string[];
}

/** One logical line: resources that start in this order on one node, and stop in reverse. */
export interface ResourceGroup {
  /** Lower case. */
  readonly node: string;
  /** The first word; the name of the group in messages and scripts. */
  readonly key: string;
  readonly resources: readonly Resource[];
  /** Where the group begins, from 1. */
  readonly line: number;
}

/** What a haresources says. */
export interface HaresourcesReading {
  readonly groups: readonly ResourceGroup[];
  /** Warnings only: the genuine scripts accept everything. */
  readonly problems: readonly Problem[];
}

/**
 * The check of the daemon at its start (heartbeat 3.0.6): every line begins with the name of a
 * configured node, ping nodes included. It has its own idea of lines: a comment is one only where
 * it begins the line, and a line that ends in a backslash hides the next one, even behind a
 * comment.
 */
export function checkHaresources(
  file: ConfigFile,
  nodes: readonly ConfiguredNode[],
): readonly Problem[] {
  const problems = new ProblemList(file.path);
  if (file.text === undefined) {
    const code = file.denied === true ? 'HARESOURCES_DENIED' : 'HARESOURCES_MISSING';
    problems.error(WHOLE_FILE, code, `Cannot open resources file [${file.path}]`);
    for (const text of sampleAdvice(file.path)) problems.info(WHOLE_FILE, code, text);
    return problems.list();
  }
  const names = new Set(nodes.map(({ name }) => name));
  let isHidden = false;
  for (const { text, line, column, complete } of piecesOf(file.text)) {
    const wasHidden: boolean = isHidden;
    const content = text.replace(/^[ \t\f\r]+/, '');
    const isNothing = content === '' || content.startsWith('#');
    // A comment or an empty line goes on over its end only where it is hidden itself.
    isHidden = complete && text.endsWith('\\') && (wasHidden || !isNothing);
    if (wasHidden || isNothing) continue;
    const [name = ''] = content.split(/[ \t\f\r]/, 1);
    if (names.has(name.toLowerCase())) continue;
    const place = { line, column: column + text.length - content.length };
    const message = `Bad nodename in ${file.path} [${name}]`;
    problems.error(place, 'HARESOURCES_BAD_NODE', message);
  }
  return problems.list();
}

interface LogicalLine {
  readonly text: string;
  readonly line: number;
}

/**
 * Joins lines that end in a backslash. Comments are cut everywhere: the genuine scripts leave those
 * on continuation lines, whose words then become resources. The backslash at the end of a comment
 * counts on a continuation line only.
 */
function* logicalLines(text: string): Generator<LogicalLine> {
  let parts: string[] = [];
  let start = 0;
  let number = 0;
  for (const physical of text.split('\n')) {
    number += 1;
    const line = physical.endsWith('\r') ? physical.slice(0, -1) : physical;
    const comment = line.indexOf('#');
    const content = comment < 0 ? line : line.slice(0, comment);
    const isFirst = parts.length === 0;
    if (isFirst) start = number;
    const goesOn = (isFirst ? content : line).endsWith('\\');
    parts.push(content.endsWith('\\') ? content.slice(0, -1) : content);
    if (goesOn) continue;
    yield { text: parts.join(''), line: start };
    parts = [];
  }
  if (parts.length > 0) yield { text: parts.join(''), line: start };
}

/** Reads the groups as the scripts see them when they run. Never throws; the time is linear. */
export function readGroups({ path, text = '' }: ConfigFile): HaresourcesReading {
  const problems = new ProblemList(path);
  const groups: ResourceGroup[] = [];
  const keys = new Set<string>();
  for (const { text: logical, line } of logicalLines(text)) {
    const [node, ...words] = logical.split(/[ \t]+/).filter((word) => word !== '');
    if (node === undefined) continue;
    const place = { line, column: 0 };
    const warn = (code: string, message: string): void =>
      problems.warning(place, code, message, { own: true });
    const [key] = words;
    if (key === undefined) {
      warn('HARESOURCES_NO_RESOURCE', `${path}: node ${node} is listed without a resource`);
      continue;
    }
    if (keys.has(key)) {
      warn('HARESOURCES_KEY_TWICE', `${path}: resource ${key} begins more than one group`);
    }
    keys.add(key);
    for (const word of words) {
      if (isAddress(word) && word.includes('::')) {
        const advice = `write IPaddr::${word}`;
        warn('HARESOURCES_ADDRESS_ARGUMENTS', `${path}: arguments behind ${word}: ${advice}`);
      }
    }
    groups.push({ node: node.toLowerCase(), key, resources: words.map(resourceOf), line });
  }
  return { groups, problems: problems.list() };
}

/** True for the short form of IPaddr: four digits with a point before the last three, in order. */
export function isAddress(word: string): boolean {
  const isDigit = (at: number): boolean => /^[0-9]$/.test(word[at] ?? '');
  if (!isDigit(0)) return false;
  let found = 0;
  for (let at = word.indexOf('.', 1); at >= 0 && found < 3; at = word.indexOf('.', at + 1)) {
    if (isDigit(at + 1)) found += 1;
  }
  return found === 3;
}

/**
 * A word of haresources as a script and its arguments: `script::arg::arg`, or an address for
 * IPaddr. Empty arguments vanish, as in the genuine scripts. Unlike there, an address keeps its
 * place when arguments follow it.
 */
export function resourceOf(word: string): Resource {
  const full = isAddress(word) ? `IPaddr::${word}` : word;
  const [script = '', ...args] = full.split('::');
  return { word, script, args: args.filter((arg) => arg !== '') };
}

/** The group of that key: the first in the file. */
export function findGroup(
  groups: readonly ResourceGroup[],
  key: string,
): ResourceGroup | undefined {
  return groups.find((group) => group.key === key);
}

/** The groups listed for a node, in file order. */
export function groupsOf(groups: readonly ResourceGroup[], node: string): readonly ResourceGroup[] {
  const name = node.toLowerCase();
  return groups.filter((group) => group.node === name);
}
