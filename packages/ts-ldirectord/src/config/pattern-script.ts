/** Writes the tree of a Perl pattern as a regular expression of JavaScript. */
import type { ByteSet } from './byte-set.js';
import { referredGroups } from './pattern-limits.js';
import { type Place, type Repeat, type Tree, widthOf } from './perl-tree.js';

const PLACES: Readonly<Record<Place, string>> = {
  start: '^',
  end: '$',
  lastLine: '(?=\\n?$)',
  lineStart: '(?:^|(?<=\\n)(?!$))',
  lineEnd: '(?![^\\n])',
  word: '\\b',
  notWord: '\\B',
};

/** The source of an expression without flags, for a text decoded as latin1. */
export function scriptOf(tree: Tree): string {
  return new Writer(referredGroups(tree)).write(tree);
}

class Writer {
  readonly #referred: ReadonlySet<number>;
  /** The numbers of the groups in what is written. */
  readonly #numbers = new Map<number, number>();
  #groups = 0;

  constructor(referred: ReadonlySet<number>) {
    this.#referred = referred;
  }

  write(tree: Tree): string {
    switch (tree.kind) {
      case 'byte':
        return oneOf(tree.set);
      case 'at':
        return PLACES[tree.place];
      case 'back':
        return `(?:\\${this.#numbers.get(tree.group)})`;
      case 'sequence':
        return tree.items.map((item) => this.#grouped(item)).join('');
      case 'choice':
        return tree.branches.map((branch) => this.write(branch)).join('|');
      case 'capture':
        if (!this.#referred.has(tree.group)) return this.write(tree.body);
        this.#numbers.set(tree.group, ++this.#groups);
        return `(${this.write(tree.body)})`;
      case 'atomic': {
        // A look ahead is never entered again; what it has seen is then taken.
        const number = ++this.#groups;
        return `(?=(${this.write(tree.body)}))(?:\\${number})`;
      }
      case 'look': {
        const sign = `${tree.behind ? '<' : ''}${tree.negative ? '!' : '='}`;
        return `(?${sign}${this.write(tree.body)})`;
      }
      case 'repeat':
        return this.#repeat(tree);
    }
  }

  /** In a sequence. */
  #grouped(tree: Tree): string {
    const text = this.write(tree);
    return inner(tree, this.#referred).kind === 'choice' ? `(?:${text})` : text;
  }

  #repeat({ body, least, most, lazy }: Repeat): string {
    if (most === 0) return '(?:)';
    const text = this.write(body);
    // A quantifier would undo a turn that matches nothing; Perl does not.
    if (least === 0 && most === 1 && widthOf(body).least === 0) {
      return lazy ? `(?:|${text})` : `(?:${text}|)`;
    }
    const limit = most === Number.POSITIVE_INFINITY ? '' : most;
    const one = body.kind === 'byte' ? text : `(?:${text})`;
    return `${one}{${least},${limit}}${lazy ? '?' : ''}`;
  }
}

/** What is written of a tree: a group that nobody refers to is left out. */
function inner(tree: Tree, referred: ReadonlySet<number>): Tree {
  return tree.kind === 'capture' && !referred.has(tree.group) ? inner(tree.body, referred) : tree;
}

function oneOf(set: ByteSet): string {
  const only = set.only();
  if (only === undefined) return set.toClass();
  const char = String.fromCharCode(only);
  return /[A-Za-z0-9 ]/.test(char) ? char : set.toClass().slice(1, -1);
}
