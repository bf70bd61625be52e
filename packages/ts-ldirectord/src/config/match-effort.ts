/** How long the search for a pattern may take at worst, judged from its tree. */
import { scriptOf } from './pattern-script.js';
import { NOTHING, type Tree, widthOf } from './perl-tree.js';

/**
 * JavaScript tries one way to match after the other. From one place in a text of n bytes there are
 * at most `factor` * n ** `degree` steps; `factor` is Infinity where no such bound is known.
 */
export interface Effort {
  readonly factor: number;
  readonly degree: number;
  /** Where a match can begin. */
  readonly begins: 'start' | 'anywhere';
  /** Found wherever a match can begin, in at most a handful of steps; absent: nothing is known. */
  readonly opening?: RegExp;
  /** Found in every text that the pattern is found in, each of them. */
  readonly needs: readonly RegExp[];
}

/** `factor` * n ** `degree`. */
interface Amount {
  readonly factor: number;
  readonly degree: number;
}

/** In how many ways a tree may match from one place, and the steps of trying all of them. */
interface Ways {
  readonly count: Amount;
  readonly cost: Amount;
}

/** Long enough to be rare in a page. */
const RUN_BYTES_MAX = 16;
/** Each is looked for in the whole text. */
const RUNS_MAX = 8;

export function effortOf(tree: Tree): Effort {
  const { factor, degree } = waysOf(tree).cost;
  const [first = NOTHING, ...others] = flatten(tree);
  const runs = runsOf([first, ...others]);
  const opening = first.kind === 'byte' ? runs[0] : undefined;
  return {
    factor,
    degree,
    begins: first.kind === 'at' && first.place === 'start' ? 'start' : 'anywhere',
    ...(opening === undefined ? {} : { opening: expression(opening, 'g') }),
    needs: runs.slice(0, RUNS_MAX).map((run) => expression(run, '')),
  };
}

function expression(items: readonly Tree[], flags: string): RegExp {
  return new RegExp(scriptOf({ kind: 'sequence', items }), flags);
}

/** The bytes that stand side by side in every match, in the order of the pattern. */
function runsOf(items: readonly Tree[]): readonly (readonly Tree[])[] {
  const runs: Tree[][] = [];
  let run: Tree[] = [];
  for (const item of items) {
    if (item.kind !== 'byte') run = [];
    else if (run.length < RUN_BYTES_MAX && run.push(item) === 1) runs.push(run);
  }
  return runs;
}

/** The items of nested sequences and groups: what every match is made of, in order. */
function flatten(tree: Tree): readonly Tree[] {
  switch (tree.kind) {
    case 'sequence':
      return tree.items.flatMap(flatten);
    case 'capture':
      return flatten(tree.body);
    case 'repeat':
      return tree.least > 0 && tree.body.kind === 'byte'
        ? [tree.body, { ...tree, least: tree.least - 1 }]
        : [tree];
    default:
      return [tree];
  }
}

const NONE: Amount = { factor: 0, degree: 0 };
const ONE: Amount = { factor: 1, degree: 0 };
const LENGTH: Amount = { factor: 1, degree: 1 };
const UNKNOWN: Amount = { factor: Number.POSITIVE_INFINITY, degree: 0 };

function plus(one: Amount, other: Amount): Amount {
  return { factor: one.factor + other.factor, degree: Math.max(one.degree, other.degree) };
}

function times(one: Amount, other: Amount): Amount {
  return { factor: one.factor * other.factor, degree: one.degree + other.degree };
}

function waysOf(tree: Tree): Ways {
  switch (tree.kind) {
    case 'byte':
    case 'at':
      return { count: ONE, cost: ONE };
    case 'back':
      // The comparison may be as long as the text.
      return { count: ONE, cost: LENGTH };
    case 'sequence':
      return tree.items.map(waysOf).reduce(
        (before, item) => ({
          count: times(before.count, item.count),
          cost: plus(before.cost, times(before.count, item.cost)),
        }),
        { count: ONE, cost: ONE },
      );
    case 'choice':
      return tree.branches.map(waysOf).reduce(
        (before, branch) => ({
          count: plus(before.count, branch.count),
          cost: plus(before.cost, branch.cost),
        }),
        { count: NONE, cost: ONE },
      );
    case 'capture':
      return waysOf(tree.body);
    case 'atomic':
      // What has matched is compared once more; see scriptOf.
      return { count: ONE, cost: plus(waysOf(tree.body).cost, LENGTH) };
    case 'look':
      return { count: ONE, cost: waysOf(tree.body).cost };
    case 'repeat':
      return waysOfRepeat(tree);
  }
}

function waysOfRepeat(tree: Tree & { readonly kind: 'repeat' }): Ways {
  const { body, least, most } = tree;
  const turn = waysOf(body);
  const onlyOne = turn.count.factor <= 1 && turn.count.degree === 0;
  const few = { factor: Math.max(1, least), degree: 0 };
  if (most === Number.POSITIVE_INFINITY) {
    // Turns that can be made in two ways, or of nothing, multiply without end.
    if (!onlyOne || widthOf(body).least === 0) return { count: UNKNOWN, cost: UNKNOWN };
    return { count: LENGTH, cost: times(times(LENGTH, few), turn.cost) };
  }
  if (onlyOne) {
    const turns = { factor: Math.max(1, most), degree: 0 };
    return { count: { factor: most - least + 1, degree: 0 }, cost: times(turns, turn.cost) };
  }
  let factor = 1;
  for (let n = 0; n < most && factor < Number.MAX_SAFE_INTEGER; n++) {
    factor = factor * turn.count.factor + 1;
  }
  if (factor >= Number.MAX_SAFE_INTEGER) return { count: UNKNOWN, cost: UNKNOWN };
  const { degree } = turn.count;
  // The last turn is tried after each way through those before it.
  const before = { factor, degree: degree * Math.max(0, most - 1) };
  return { count: { factor, degree: degree * most }, cost: times(before, turn.cost) };
}
