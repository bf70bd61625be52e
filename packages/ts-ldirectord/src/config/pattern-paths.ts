/** What V8 would compile for ever. */
import { PatternError } from './perl-pattern-text.js';
import type { Tree } from './perl-tree.js';

/** They are followed within a millisecond. */
const PATHS_MAX = 4096;

/**
 * At each choice V8 follows all paths to the next byte when it compiles a pattern, and cannot be
 * stopped: `(|a*)(|a*)` has four that lead through both groups, and thirty such groups take hours.
 * Nobody needs such patterns.
 *
 * @throws PatternError
 */
export function refuseManyPaths(tree: Tree): void {
  pathsFrom(tree, 1);
}

/**
 * The paths from the beginning of a tree that pass by something without a byte, or more.
 *
 * @param after those from its end
 */
function pathsFrom(tree: Tree, after: number): number {
  switch (tree.kind) {
    case 'byte':
      return 0;
    case 'at':
    case 'back':
      return after;
    case 'capture':
    case 'atomic':
      return pathsFrom(tree.body, after);
    case 'look':
      // What is looked at is not passed by.
      return Math.max(after, pathsFrom(tree.body, after));
    case 'sequence':
      return tree.items.reduceRight((sofar, item) => pathsFrom(item, Math.max(1, sofar)), after);
    case 'choice':
      return checked(tree.branches.reduce((sum, branch) => sum + pathsFrom(branch, after), 0));
    case 'repeat': {
      const turn = pathsFrom(tree.body, after);
      return checked(tree.least === 0 ? turn + after : turn);
    }
  }
}

function checked(paths: number): number {
  if (paths > PATHS_MAX) {
    throw new PatternError('so many ways to match nothing are not supported');
  }
  return paths;
}
