/** Where a tree that Perl reads one way would be read another way in JavaScript. */
import { PatternError } from './perl-pattern-text.js';
import { childrenOf, type Tree, widthOf } from './perl-tree.js';

/** The groups that are referred to: the others need not be kept. */
export function referredGroups(tree: Tree): ReadonlySet<number> {
  const found = new Set<number>();
  const visit = (at: Tree): void => {
    if (at.kind === 'back') found.add(at.group);
    for (const child of childrenOf(at)) visit(child);
  };
  visit(tree);
  return found;
}

/** The referred groups inside a tree. */
function groupsIn(tree: Tree, referred: ReadonlySet<number>): readonly number[] {
  const own = tree.kind === 'capture' && referred.has(tree.group) ? [tree.group] : [];
  return [...own, ...childrenOf(tree).flatMap((child) => groupsIn(child, referred))];
}

/**
 * Refuses what the two languages do not agree on:
 *
 * - A reference to a group that has not matched fails in Perl, and matches nothing in JavaScript.
 *   So every way to the reference must lead through the group, in the same turn of a repeat:
 *   JavaScript forgets groups at each turn.
 * - A turn of a repeat that matches nothing ends the repeat in Perl, and is undone in JavaScript.
 *   That matters where not all ways are tried, and where a group is kept.
 * - In a look behind JavaScript matches from right to left: groups and atoms mean another thing.
 *
 * @throws PatternError
 */
export function refuseDifferences(tree: Tree): void {
  const referred = referredGroups(tree);
  follow(tree, new Set(), { referred, committed: false, behind: false });
}

interface Surroundings {
  readonly referred: ReadonlySet<number>;
  /** Once it has matched, other ways to match are not tried. */
  readonly committed: boolean;
  readonly behind: boolean;
}

/** @returns the groups that have matched wherever this tree has */
function follow(tree: Tree, before: ReadonlySet<number>, around: Surroundings): Set<number> {
  const { referred, behind } = around;
  switch (tree.kind) {
    case 'byte':
    case 'at':
      return new Set(before);
    case 'back':
      if (behind) throw new PatternError('a back reference in a look behind is not supported');
      if (!before.has(tree.group)) {
        throw new PatternError('a reference to a group that may not have matched is not supported');
      }
      return new Set(before);
    case 'sequence':
      return tree.items.reduce(
        (sofar, item) => follow(item, sofar, around),
        new Set<number>(before),
      );
    case 'choice': {
      const [first = new Set<number>(before), ...others] = tree.branches.map((branch) =>
        follow(branch, before, around),
      );
      return new Set([...first].filter((group) => others.every((other) => other.has(group))));
    }
    case 'capture': {
      const after = follow(tree.body, before, around);
      if (!referred.has(tree.group)) return after;
      if (behind) throw new PatternError('a referred group in a look behind is not supported');
      return after.add(tree.group);
    }
    case 'atomic':
      if (behind) {
        const what = '(?>) and possessive quantifiers in a look behind';
        throw new PatternError(`${what} are not supported`);
      }
      return follow(tree.body, before, { ...around, committed: true });
    case 'look': {
      const committed = around.committed || groupsIn(tree.body, referred).length > 0;
      const inside = { ...around, behind: behind || tree.behind, committed };
      const after = follow(tree.body, before, inside);
      return tree.negative ? new Set(before) : after;
    }
    case 'repeat':
      return followRepeat(tree, before, around);
  }
}

function followRepeat(
  tree: Tree & { readonly kind: 'repeat' },
  before: ReadonlySet<number>,
  around: Surroundings,
): Set<number> {
  const { body, least, most } = tree;
  const kept = groupsIn(body, around.referred);
  if (
    most > Math.max(1, least) &&
    widthOf(body).least === 0 &&
    (kept.length > 0 || around.committed)
  ) {
    const why = kept.length > 0 ? 'around a group that is referred to' : 'where it is final';
    throw new PatternError(`a repeat of what may be empty, ${why}, is not supported`);
  }
  const after = follow(body, before, around);
  return least === 0 ? new Set(before) : after;
}
