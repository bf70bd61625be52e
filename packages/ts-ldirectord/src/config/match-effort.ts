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

/** The ways through a tree: their number as a polynomial, and the steps of a single one. */
interface Ways {
  readonly factor: number;
  readonly degree: number;
  readonly steps: number;
}

/** Long enough to be rare in a page. */
const RUN_BYTES_MAX = 16;
/** Each is looked for in the whole text. */
const RUNS_MAX = 8;

export function effortOf(tree: Tree): Effort {
  const ways = waysOf(tree);
  const [first = NOTHING, ...others] = flatten(tree);
  const runs = runsOf([first, ...others]);
  const opening = first.kind === 'byte' ? runs[0] : undefined;
  return {
    factor: ways.factor * Math.max(1, ways.steps),
    degree: ways.degree,
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

const NEVER_KNOWN: Ways = { factor: Number.POSITIVE_INFINITY, degree: 0, steps: 1 };

function waysOf(tree: Tree): Ways {
  switch (tree.kind) {
    case 'byte':
    case 'at':
      return { factor: 1, degree: 0, steps: 1 };
    case 'back':
      // The comparison may be as long as the text.
      return { factor: 1, degree: 1, steps: 1 };
    case 'sequence':
      return tree.items.map(waysOf).reduce(after, { factor: 1, degree: 0, steps: 0 });
    case 'choice':
      return tree.branches.map(waysOf).reduce(beside, { factor: 0, degree: 0, steps: 0 });
    case 'capture':
    case 'atomic':
    case 'look':
      return waysOf(tree.body);
    case 'repeat':
      return waysOfRepeat(tree);
  }
}

function after(one: Ways, other: Ways): Ways {
  return {
    factor: one.factor * other.factor,
    degree: one.degree + other.degree,
    steps: one.steps + other.steps,
  };
}

function beside(one: Ways, other: Ways): Ways {
  return {
    factor: one.factor + other.factor,
    degree: Math.max(one.degree, other.degree),
    steps: one.steps + other.steps,
  };
}

function waysOfRepeat(tree: Tree & { readonly kind: 'repeat' }): Ways {
  const { body, least, most } = tree;
  const one = waysOf(body);
  const onlyOne = one.factor === 1 && one.degree === 0;
  if (most === Number.POSITIVE_INFINITY) {
    // Turns that can be made in two ways, or of nothing, multiply without end.
    if (!onlyOne || widthOf(body).least === 0) return NEVER_KNOWN;
    return { factor: 1, degree: 1, steps: one.steps * (least + 1) };
  }
  if (onlyOne) return { factor: most - least + 1, degree: 0, steps: one.steps * Math.max(1, most) };
  let factor = 1;
  for (let turn = 0; turn < most && factor < Number.MAX_SAFE_INTEGER; turn++) {
    factor = factor * one.factor + 1;
  }
  if (factor >= Number.MAX_SAFE_INTEGER) return NEVER_KNOWN;
  return { factor, degree: one.degree * most, steps: one.steps * most };
}
