/** Leaves away what a search anywhere in a text does not need: `.*OK.*` is found where `OK` is. */
import { referredGroups } from './pattern-limits.js';
import { childrenOf, NOTHING, type Tree, widthOf } from './perl-tree.js';

/** The tree without what is optional at its ends; found in the same texts. */
export function trimmed(whole: Tree): Tree {
  const referred = referredGroups(whole);
  const tree = withoutEmptyTurns(whole, referred);
  return trimEnd(trimEnd(tree, 'first', referred), 'last', referred);
}

/**
 * One turn of what never takes a byte says as much as many, and none nothing at all. V8 would need
 * hours to compile thirty times `\b+`.
 */
function withoutEmptyTurns(tree: Tree, referred: ReadonlySet<number>): Tree {
  switch (tree.kind) {
    case 'sequence':
      return { ...tree, items: tree.items.map((item) => withoutEmptyTurns(item, referred)) };
    case 'choice':
      return { ...tree, branches: tree.branches.map((one) => withoutEmptyTurns(one, referred)) };
    case 'capture':
    case 'atomic':
    case 'look':
      return { ...tree, body: withoutEmptyTurns(tree.body, referred) };
    case 'repeat': {
      const body = withoutEmptyTurns(tree.body, referred);
      const empty = widthOf(body).most === 0 && !holdsGroup(body, referred);
      if (!empty) return { ...tree, body };
      return tree.least === 0 ? NOTHING : body;
    }
    default:
      return tree;
  }
}

function trimEnd(tree: Tree, end: 'first' | 'last', referred: ReadonlySet<number>): Tree {
  switch (tree.kind) {
    case 'repeat':
      if (holdsGroup(tree, referred)) return tree;
      if (tree.least === 0) return NOTHING;
      return tree.body.kind === 'byte' ? { ...tree, most: tree.least } : tree;
    case 'capture':
      if (referred.has(tree.group)) return tree;
      return { ...tree, body: trimEnd(tree.body, end, referred) };
    case 'choice':
      return { ...tree, branches: tree.branches.map((one) => trimEnd(one, end, referred)) };
    case 'sequence': {
      const items = [...tree.items];
      while (items.length > 0) {
        const at = end === 'first' ? 0 : items.length - 1;
        const item = trimEnd(items[at] ?? NOTHING, end, referred);
        if (item !== NOTHING) {
          items[at] = item;
          break;
        }
        items.splice(at, 1);
      }
      return items.length === 0 ? NOTHING : { ...tree, items };
    }
    default:
      return tree;
  }
}

function holdsGroup(tree: Tree, referred: ReadonlySet<number>): boolean {
  if (tree.kind === 'capture' && referred.has(tree.group)) return true;
  return childrenOf(tree).some((child) => holdsGroup(child, referred));
}
