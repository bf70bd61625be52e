/** Keeps parameters of fencing devices out of the log. */

/** Shorter ones are not looked for: single letters and numbers of outlets occur everywhere. */
const SHORTEST = 3;

/** What stands in a parameter's place. */
const MASK = '***';

/** The text without any of the parameters; names of nodes among them are no secret. */
export function masked(text: string, secrets: readonly string[], known: readonly string[]): string {
  const names = new Set(known.map((name) => name.toLowerCase()));
  const isNode = (word: string): boolean =>
    word.split(',').every((name) => names.has(name.toLowerCase()));
  return [...secrets]
    .filter((word) => word.length >= SHORTEST && !isNode(word))
    .sort((a, b) => b.length - a.length)
    .reduce((kept, word) => kept.replaceAll(word, MASK), text);
}
