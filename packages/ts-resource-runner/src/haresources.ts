/** haresources as it stands when a job begins, with the file of every script. */
import { readFileSync } from 'node:fs';
import { locateScript } from './locate.js';
import type { Places } from './places.js';
import type { Group, Resource } from './plan/group.js';

function parse(text: string): { node: string; words: string[] }[] {
  return text
    .replace(/#.*/g, '')
    .replace(/\\\n/g, '')
    .split('\n')
    .map((line) => line.split(/[ \t\r]+/).filter((word) => word !== ''))
    .filter((words) => words.length > 1)
    .map(([node, ...words]) => ({ node: (node ?? '').toLowerCase(), words }));
}

function toResource(word: string, directories: readonly string[]): Resource {
  const full = /^\d.*\.\d.*\.\d.*\.\d/.test(word) ? `IPaddr::${word}` : word;
  const [script = '', ...args] = full.split('::');
  return { word, script, args, path: locateScript(script, directories) };
}

/** Throws when the file cannot be read. */
export function readGroups(places: Places): readonly Group[] {
  const text = readFileSync(`${places.haDirectory}/haresources`, 'latin1');
  return parse(text).map(({ node, words }) => ({
    node,
    key: words[0] ?? '',
    resources: words.map((word) => toResource(word, places.scriptDirectories)),
  }));
}
