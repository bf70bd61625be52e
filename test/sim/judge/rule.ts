/** What a rule is to the judge. */
import type { Observation, Stage } from '../observation.js';

export type Kind = Observation['kind'];

/** One kind of observation. */
export type Seen<K extends Kind> = Extract<Observation, { readonly kind: K }>;

/**
 * One invariant, or a closely related pair. It keeps what it needs and never looks back; before it
 * is told of an observation, the scene has been brought up to date with it.
 */
export interface Rule {
  /** The kinds of observation that it wants to be told of. */
  readonly kinds: readonly Kind[];
  see(o: Observation): void;
  stage?(s: Stage): void;
  /** An instant has come or is over for which somebody has set the alarm. */
  tick?(at: number): void;
  /** Nothing more will be seen: what is still owed and late is judged now. */
  finish?(at: number): void;
}

/** The earliest instant at which any rule wants to look at the time. */
export class Alarm {
  at = Number.POSITIVE_INFINITY;

  set(at: number): void {
    if (at < this.at) this.at = at;
  }
}
