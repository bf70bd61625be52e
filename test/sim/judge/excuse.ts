/** What a genuine node is known to do against an invariant, and why that is nobody's fault here. */
import type { Watched } from '../observation.js';

/** An invariant that is broken: where, by whose decision, and the facts in plain words. */
export interface Violation {
  /** True time in milliseconds. */
  readonly at: number;
  /** Its number in the list of invariants. */
  readonly invariant: number;
  readonly title: string;
  readonly facts: readonly string[];
}

/** What is known beside the facts when a violation is about to be noted. */
export interface ExcuseContext {
  readonly watched: Watched;
  /** The node whose decision broke it. */
  readonly node: string;
  readonly peer: string | undefined;
  readonly group: string | undefined;
}

export interface Excuse {
  /** Short and unique: violations covered are counted under it. */
  readonly name: string;
  /** Where it was measured or is written. */
  readonly source: string;
  /** Asked only where the node that decided is a genuine one. */
  covers(violation: Violation, context: ExcuseContext): boolean;
}
