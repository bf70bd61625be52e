/** The `receive` pattern: a Perl regular expression, translated to one of JavaScript. */
import { translatePerl } from './perl-pattern.js';
import { PatternError } from './perl-pattern-text.js';

export interface ReceivePattern {
  /** As written in the file. */
  readonly source: string;
  /**
   * Means the same on a body decoded as latin1. Not global, not sticky: `test` keeps no state.
   */
  readonly regexp: RegExp;
}

/** The pattern, or in words why it cannot be used. An invalid one kills ldirectord 4.12. */
export function receivePattern(source: string): ReceivePattern | string {
  try {
    return { source, regexp: translatePerl(source) };
  } catch (error) {
    if (error instanceof PatternError) return error.message;
    throw error;
  }
}
