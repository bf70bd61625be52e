/** A Perl pattern as a tree: what it matches, without the many ways to write it. */
import type { ByteSet } from './byte-set.js';

/** A place between two bytes. `end` is the very end, `lastLine` that or before a last newline. */
export type Place = 'start' | 'end' | 'lastLine' | 'lineStart' | 'lineEnd' | 'word' | 'notWord';

export interface Repeat {
  readonly kind: 'repeat';
  readonly body: Tree;
  readonly least: number;
  /** Infinity where there is no limit. */
  readonly most: number;
  readonly lazy: boolean;
}

export interface Look {
  readonly kind: 'look';
  readonly behind: boolean;
  readonly negative: boolean;
  readonly body: Tree;
}

export type Tree =
  | { readonly kind: 'byte'; readonly set: ByteSet }
  | { readonly kind: 'at'; readonly place: Place }
  | { readonly kind: 'sequence'; readonly items: readonly Tree[] }
  | { readonly kind: 'choice'; readonly branches: readonly Tree[] }
  | { readonly kind: 'capture'; readonly group: number; readonly body: Tree }
  | { readonly kind: 'back'; readonly group: number }
  /** What has matched is not tried again in another way: `(?>…)`, and what `a++` stands for. */
  | { readonly kind: 'atomic'; readonly body: Tree }
  | Repeat
  | Look;

export const NOTHING: Tree = { kind: 'sequence', items: [] };

/** The trees right below one. */
export function childrenOf(tree: Tree): readonly Tree[] {
  switch (tree.kind) {
    case 'byte':
    case 'at':
    case 'back':
      return [];
    case 'sequence':
      return tree.items;
    case 'choice':
      return tree.branches;
    default:
      return [tree.body];
  }
}

/** The fewest and the most bytes that a tree may match; Infinity where there is no limit. */
export interface Width {
  readonly least: number;
  readonly most: number;
}

export function widthOf(tree: Tree): Width {
  switch (tree.kind) {
    case 'byte':
      return { least: 1, most: 1 };
    case 'at':
    case 'look':
      return { least: 0, most: 0 };
    case 'back':
      return { least: 0, most: Number.POSITIVE_INFINITY };
    case 'sequence':
      return tree.items
        .map(widthOf)
        .reduce((sum, { least, most }) => ({ least: sum.least + least, most: sum.most + most }), {
          least: 0,
          most: 0,
        });
    case 'choice': {
      const widths = tree.branches.map(widthOf);
      return {
        least: Math.min(...widths.map(({ least }) => least)),
        most: Math.max(...widths.map(({ most }) => most)),
      };
    }
    case 'repeat': {
      const { least, most } = widthOf(tree.body);
      // Infinitely many times nothing is nothing.
      const longest = most === 0 || tree.most === 0 ? 0 : most * tree.most;
      return { least: least * tree.least, most: longest };
    }
    case 'capture':
    case 'atomic':
      return widthOf(tree.body);
  }
}
