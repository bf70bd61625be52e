/** The `receive` pattern: a Perl regular expression, translated to one of JavaScript. */

export interface ReceivePattern {
  /** As written in the file. */
  readonly source: string;
  /**
   * Means the same on a body decoded as latin1. Not global, not sticky: `test` keeps no state.
   */
  readonly regexp: RegExp;
}
