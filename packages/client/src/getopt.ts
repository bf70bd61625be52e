/** Options of a command line in the way of getopt(3), with the C library's complaints. */

export interface Options {
  /** The options found, in order, with their arguments where they take one. */
  readonly found: readonly { readonly letter: string; readonly argument: string }[];
  readonly operands: readonly string[];
  /** What getopt prints on standard error, line by line; empty when all is well. */
  readonly complaints: readonly string[];
}

/**
 * Reads options anywhere among the operands, up to `--`. A letter with a colon behind it in
 * `letters` takes an argument. The name stands in front of complaints.
 */
export function getopt(name: string, letters: string, words: readonly string[]): Options {
  const found: { letter: string; argument: string }[] = [];
  const operands: string[] = [];
  const complaints: string[] = [];
  const queue = [...words];
  for (let word = queue.shift(); word !== undefined; word = queue.shift()) {
    if (word === '--') {
      operands.push(...queue);
      break;
    }
    if (!word.startsWith('-') || word === '-') {
      operands.push(word);
      continue;
    }
    for (let place = 1; place < word.length; place++) {
      const letter = word[place] ?? '';
      const known = letter === ':' || letter === '-' ? -1 : letters.indexOf(letter);
      if (known < 0) {
        complaints.push(`${name}: invalid option -- '${letter}'`);
      } else if (letters[known + 1] !== ':') {
        found.push({ letter, argument: '' });
      } else {
        const argument = place + 1 < word.length ? word.slice(place + 1) : queue.shift();
        if (argument === undefined) {
          complaints.push(`${name}: option requires an argument -- '${letter}'`);
        } else {
          found.push({ letter, argument });
        }
        break;
      }
    }
  }
  return { found, operands, complaints };
}
