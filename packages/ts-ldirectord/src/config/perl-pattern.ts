/** Reads a Perl regular expression (perlre, 5.36), as ldirectord 4.12 applies it to bytes. */

import { ByteSet } from './byte-set.js';
import { parseClass } from './perl-class.js';
import { literal, readEscape } from './perl-escape.js';
import { type Flags, NO_FLAGS, readFlags } from './perl-flags.js';
import { PerlGroups } from './perl-groups.js';
import { COUNT, PatternError, PatternText } from './perl-pattern-text.js';
import { type Look, NOTHING, type Place, type Tree, widthOf } from './perl-tree.js';

/** Deeper nesting than any sensible pattern; keeps the recursion bounded. */
const DEPTH_MAX = 50;
/** Perl's own limit of a counted repeat (REG_INFTY - 1). */
const REPEAT_MAX = 65_534;
/** Perl's own limit of a look behind, in bytes. */
const LOOK_BEHIND_MAX = 255;

const NEWLINE = ByteSet.of(0x0a);
const ANY = NEWLINE.union(NEWLINE.complement());
/** What (?x) ignores; the last one is the next line of Latin-1. */
const BLANKS = /(?:[ \t\n\v\f\r\x85]|#[^\n]*(?:\n|$))+/y;

/**
 * The pattern as a tree.
 *
 * @throws PatternError when Perl would refuse it, or when it uses what we do not know
 */
export function parsePerl(source: string): Tree {
  return new Parser(source).whole();
}

class Parser {
  readonly #text: PatternText;
  readonly #groups = new PerlGroups();
  #depth = 0;
  #looks = 0;

  constructor(source: string) {
    this.#text = new PatternText(source);
  }

  whole(): Tree {
    const tree = this.#choice(NO_FLAGS);
    if (!this.#text.done) throw new PatternError('unmatched )');
    return tree;
  }

  /**
   * Up to the closing parenthesis or the end. A flag change lasts to the end of its group, over
   * the alternatives that follow.
   *
   * @param sameNumbers every alternative numbers its groups alike
   */
  #choice(outer: Flags, sameNumbers = false): Tree {
    const before = this.#groups.opened;
    let most = before;
    let flags = outer;
    let items: Tree[] = [];
    const branches: Tree[] = [];
    const end = (): void => {
      branches.push(sequence(items));
      items = [];
      most = Math.max(most, this.#groups.opened);
    };
    for (;;) {
      this.#skipIgnored(flags);
      if (this.#text.done || this.#text.at(')')) break;
      if (this.#text.accept('|')) {
        end();
        if (sameNumbers) this.#groups.rewind(before);
        continue;
      }
      const changed = readFlags(this.#text, flags, ')');
      if (changed) flags = changed;
      else items.push(this.#piece(flags));
    }
    end();
    this.#groups.rewind(most);
    const [only] = branches;
    return branches.length === 1 && only ? only : { kind: 'choice', branches };
  }

  #skipIgnored(flags: Flags): void {
    let more = true;
    while (more) {
      more = false;
      if (flags.extended && this.#text.match(BLANKS)) more = true;
      if (!this.#text.match(/\(\?#/y)) continue;
      if (!this.#text.match(/[^)]*\)/y)) throw new PatternError('sequence (?#... not terminated');
      more = true;
    }
  }

  /** One thing and its quantifier. */
  #piece(flags: Flags): Tree {
    const body = this.#atom(flags);
    this.#skipIgnored(flags);
    const count = this.#count();
    if (count === undefined) return body;
    this.#skipIgnored(flags);
    const possessive = this.#text.accept('+');
    const lazy = !possessive && this.#text.accept('?');
    this.#skipIgnored(flags);
    if (this.#text.sees(/[*+?]/y) || this.#text.sees(COUNT)) {
      throw new PatternError('nested quantifiers');
    }
    const repeat: Tree = { kind: 'repeat', body, ...count, lazy };
    return possessive ? { kind: 'atomic', body: repeat } : repeat;
  }

  #count(): { readonly least: number; readonly most: number } | undefined {
    const most = Number.POSITIVE_INFINITY;
    if (this.#text.accept('*')) return { least: 0, most };
    if (this.#text.accept('+')) return { least: 1, most };
    if (this.#text.accept('?')) return { least: 0, most: 1 };
    const counted = this.#text.match(COUNT);
    if (!counted) return undefined;
    const [, from = '', comma, to = ''] = counted;
    const least = Number(from || 0);
    const limit = comma === undefined ? least : to === '' ? most : Number(to);
    if (least > REPEAT_MAX || (limit > REPEAT_MAX && limit < most)) {
      throw new PatternError('quantifier is too big');
    }
    if (limit < least) throw new PatternError("can't do {n,m} with n > m");
    return { least, most: limit };
  }

  #atom(flags: Flags): Tree {
    const char = this.#text.next();
    switch (char) {
      case '(':
        return this.#group(flags);
      case '[':
        return { kind: 'byte', set: parseClass(this.#text, flags) };
      case '\\':
        return this.#escape(flags);
      case '.':
        return { kind: 'byte', set: flags.dotAll ? ANY : NEWLINE.complement() };
      case '^':
        return at(flags.multiline ? 'lineStart' : 'start');
      case '$':
        return at(flags.multiline ? 'lineEnd' : 'lastLine');
      case '*':
      case '+':
      case '?':
        throw new PatternError(`quantifier ${char} follows nothing`);
      default:
        return literal(char.charCodeAt(0), flags.ignoreCase);
    }
  }

  #escape(flags: Flags): Tree {
    const group = this.#groups.readReference(this.#text);
    if (group !== undefined) return backTo(group, flags);
    if (this.#looks > 0 && this.#text.at('K')) {
      throw new PatternError('\\K is not permitted in a look ahead or behind');
    }
    return readEscape(this.#text, flags.ignoreCase);
  }

  #group(flags: Flags): Tree {
    if (++this.#depth > DEPTH_MAX) throw new PatternError('groups are nested too deeply');
    const tree = this.#groupBody(flags);
    this.#depth--;
    return tree;
  }

  #groupBody(flags: Flags): Tree {
    const text = this.#text;
    if (text.at('*')) throw new PatternError('verbs (*...) are not supported');
    const look = text.match(/\?<?[=!]/y);
    if (look) return this.#look(look[0], flags);
    const named = text.match(/\?(?:P?<([A-Za-z_]\w*)>|'([A-Za-z_]\w*)')/y);
    if (named) return this.#capture(flags, named[1] ?? named[2]);
    if (!text.at('?')) {
      return flags.noCapture ? this.#closing(flags) : this.#capture(flags);
    }
    const scoped = readFlags(text, flags, ':');
    if (scoped) return this.#closing(scoped);
    if (text.accept('?>')) return { kind: 'atomic', body: this.#closing(flags) };
    if (text.accept('?|')) return this.#closing(flags, true);
    const back = text.match(/\?P=(\w+)\)/y);
    if (back) return backTo(this.#groups.named(back[1] ?? ''), flags);
    const what = text.match(/\?P?[\s\S]?/y)?.[0] ?? '?';
    throw new PatternError(`sequence (${what}...) is not supported`);
  }

  #closing(flags: Flags, sameNumbers = false): Tree {
    const tree = this.#choice(flags, sameNumbers);
    if (!this.#text.accept(')')) throw new PatternError('unmatched (');
    return tree;
  }

  #capture(flags: Flags, name?: string): Tree {
    const group = this.#groups.open(name);
    const body = this.#closing(flags);
    this.#groups.close(group);
    return { kind: 'capture', group, body };
  }

  #look(sign: string, flags: Flags): Look {
    this.#looks++;
    const body = this.#closing(flags);
    this.#looks--;
    const behind = sign.includes('<');
    if (behind && widthOf(body).most > LOOK_BEHIND_MAX) {
      throw new PatternError(`look behind longer than ${LOOK_BEHIND_MAX} is not supported`);
    }
    return { kind: 'look', behind, negative: sign.endsWith('!'), body };
  }
}

function at(place: Place): Tree {
  return { kind: 'at', place };
}

function sequence(items: readonly Tree[]): Tree {
  const [only] = items;
  if (only === undefined) return NOTHING;
  return items.length === 1 ? only : { kind: 'sequence', items };
}

function backTo(group: number, flags: Flags): Tree {
  if (flags.ignoreCase) throw new PatternError('a back reference under (?i) is not supported');
  return { kind: 'back', group };
}
