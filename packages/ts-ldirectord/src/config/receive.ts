/** The `receive` pattern: a Perl regular expression, translated to one of JavaScript. */
import { type Effort, effortOf } from './match-effort.js';
import { refuseDifferences } from './pattern-limits.js';
import { refuseManyPaths } from './pattern-paths.js';
import { scriptOf } from './pattern-script.js';
import { trimmed } from './pattern-trim.js';
import { parsePerl } from './perl-pattern.js';
import { PatternError } from './perl-pattern-text.js';

export interface ReceivePattern {
  /** As written in the file. */
  readonly source: string;
  /**
   * Means the same on a body decoded as latin1. Not global, not sticky: `test` keeps no state.
   */
  readonly regexp: RegExp;
  /** How long a search may take; absent where it is known to be short. */
  readonly effort?: Effort;
}

/** The pattern, or in words why it cannot be used. An invalid one kills ldirectord 4.12. */
export function receivePattern(source: string): ReceivePattern | string {
  try {
    const whole = parsePerl(source);
    refuseDifferences(whole);
    const tree = trimmed(whole);
    refuseManyPaths(tree);
    const script = scriptOf(tree);
    // It is compiled when it is first used: what is too large shows then. A search may never end,
    // even in an empty text; this one has found what it looks for before it comes to the pattern.
    new RegExp(`|${script}`).test('');
    return { source, regexp: new RegExp(script), effort: effortOf(tree) };
  } catch (error) {
    if (error instanceof PatternError) return error.message;
    if (error instanceof SyntaxError || error instanceof RangeError) {
      return error.message.replace(/^.*: /s, '').toLowerCase();
    }
    throw error;
  }
}
