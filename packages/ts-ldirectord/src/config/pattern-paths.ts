/** What V8 would compile for a long time, or for ever. */
import { PatternError } from './perl-pattern-text.js';
import type { Repeat, Tree } from './perl-tree.js';

/** V8 looks so many bytes ahead. */
const AHEAD = 4;
/** Paths that are followed in a few hundred milliseconds. */
const PATHS_MAX = 1_000_000;
/** A count beyond it is as good as any. */
const MANY = 1e15;

/** For each number of bytes from none to `AHEAD`. */
type Counts = readonly number[];

const NUMBERS = Array.from({ length: AHEAD + 1 }, (_, n) => n);
/** One path that ends where it begins, in the place of what is still to come. */
const END: Counts = NUMBERS.map(() => 1);
const NONE: Counts = NUMBERS.map(() => 0);
const STAY: Counts = NUMBERS.map((n) => (n === 0 ? 1 : 0));
const ONE_BYTE: Counts = NUMBERS.map((n) => (n === 1 ? 1 : 0));

/** The paths from the beginning of a tree. */
interface Ways {
  /** That lead to its end, by the bytes on the way. */
  readonly through: Counts;
  /** That come, within it, to the last of so many bytes. */
  readonly into: Counts;
}

interface Paths extends Ways {
  /** Those that all choices in it follow; `after`: from its end, for so many bytes. */
  followed(after: Counts): number;
}

/**
 * At each choice V8 follows all paths to the fourth byte from there when it compiles a pattern, and
 * cannot be stopped: a hundred optional bytes in a row have millions, and thirty times `(|a*)` take
 * hours. It does so when the pattern is used for the second time. Nobody needs such patterns.
 *
 * @throws PatternError
 */
export function refuseManyPaths(tree: Tree): void {
  if (pathsOf(tree).followed(END) > PATHS_MAX) {
    throw new PatternError('so many ways to match a few bytes are not supported');
  }
}

function pathsOf(tree: Tree): Paths {
  switch (tree.kind) {
    case 'byte':
      return { through: ONE_BYTE, into: ONE_BYTE, followed: () => 0 };
    case 'at':
      // Two places in one are written as a choice.
      return tree.place === 'lineStart' ? choice([passed(STAY), passed(STAY)]) : passed(STAY);
    case 'back':
      return passed(STAY);
    case 'capture':
    case 'atomic':
      return pathsOf(tree.body);
    case 'look': {
      // What is looked at is not passed by.
      const body = pathsOf(tree.body);
      return { ...body, through: NUMBERS.map((n) => Math.max(at(STAY, n), at(body.through, n))) };
    }
    case 'sequence':
      return sequence(tree.items.map(pathsOf));
    case 'choice': {
      // Single bytes become one set.
      const bytes = tree.branches.filter(({ kind }) => kind === 'byte').slice(1);
      return choice(tree.branches.filter((branch) => !bytes.includes(branch)).map(pathsOf));
    }
    case 'repeat':
      return repeated(tree);
  }
}

function passed(through: Counts): Paths {
  return { through, into: NONE, followed: () => 0 };
}

function sequence(items: readonly Paths[]): Paths {
  const { through, into } = items.reduceRight(inTurn, passed(STAY));
  return {
    through,
    into,
    followed: (end) => {
      let [count, after] = [0, end];
      for (const item of items.toReversed()) {
        count += item.followed(after);
        after = from(item, after);
      }
      return count;
    },
  };
}

function choice(branches: readonly Paths[]): Paths {
  const through = branches.map((branch) => branch.through).reduce(sum, NONE);
  const into = branches.map((branch) => branch.into).reduce(sum, NONE);
  const ways = { through, into };
  return {
    ...ways,
    followed: (after) =>
      branches.reduce((n, branch) => n + branch.followed(after), at(from(ways, after), AHEAD)),
  };
}

function repeated({ body, least, most }: Repeat): Paths {
  if (most === 0) return passed(STAY);
  const turn = pathsOf(body);
  const more = most === 1 ? STAY : turnsOf(turn.through);
  const turns = inTurn(turn, passed(more));
  const ways = least === 0 ? { ...turns, through: sum(turns.through, STAY) } : turns;
  return {
    ...ways,
    followed: (after) => {
      const begun = from(ways, after);
      return turn.followed(most === 1 ? after : begun) + at(begun, AHEAD);
    },
  };
}

function inTurn(second: Ways, first: Ways): Ways {
  return {
    through: product(first.through, second.through),
    into: sum(first.into, product(first.through, second.into)),
  };
}

/** Any number of turns; one that takes no byte is not followed by another. */
function turnsOf(turn: Counts): Counts {
  const turns: number[] = [];
  for (const n of NUMBERS) {
    const sofar = n === 0 ? 1 : 0;
    turns.push(turns.reduce((before, count, k) => before + count * at(turn, n - k), sofar));
  }
  return turns;
}

/** How many paths there are for so many bytes, with those from the end of a tree. */
function from({ through, into }: Ways, after: Counts): Counts {
  const beyond = product(through, [0, ...after.slice(1)]);
  return NUMBERS.map((n) => (n === 0 ? 1 : at(into, n) + at(beyond, n)));
}

function sum(one: Counts, other: Counts): Counts {
  return NUMBERS.map((n) => at(one, n) + at(other, n));
}

function product(one: Counts, other: Counts): Counts {
  return NUMBERS.map((n) =>
    NUMBERS.slice(0, n + 1).reduce((before, k) => before + at(one, k) * at(other, n - k), 0),
  );
}

function at(counts: Counts, n: number): number {
  return Math.min(MANY, counts[n] ?? 0);
}
