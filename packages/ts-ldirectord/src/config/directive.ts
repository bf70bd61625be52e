/** How one directive is read: the forms that the tables of directives are made of. */
import type { Machine } from './machine.js';
import type { Place, ProblemCode, ProblemList } from './problem.js';
import {
  addressList,
  alertStatuses,
  firstNumber,
  positiveNumber,
  quoted,
  SECONDS_MAX,
} from './values.js';

/** What a directive is read with: the draft it goes into, where it stands, what it may ask. */
export interface Context<D> {
  readonly draft: D;
  readonly place: Place;
  readonly machine: Machine;
  readonly problems: ProblemList;
}

/** Returns false when the value does not even have the directive's form: an unknown command. */
export type Reader<D> = (value: string, context: Context<D>) => boolean;

type Setter<D, T> = (draft: D, value: T) => void;

export const CONNECTTIMEOUT_OBSOLETE =
  'connecttimeout directive deprecated in favour of negotiatetimeout';
const CHECKCOUNT_OBSOLETE =
  "checkcount option is deprecated and slated for removal.  please see 'failurecount'";

/** A directive that is an error wherever it stands. */
export function refuse<D>(code: ProblemCode, text: string): Reader<D> {
  return (_value, { place, problems }) => {
    problems.error(place, code, text);
    return true;
  };
}

/** The forms for one kind of draft. */
export function readersFor<D extends { checkCount?: number }>() {
  /** The value is read and kept, or else it is an error with that text. */
  const keep =
    <T>(read: (value: string) => T | undefined, text: string, set: Setter<D, T>): Reader<D> =>
    (value, { draft, place, problems }) => {
      const found = read(value);
      if (found === undefined) problems.error(place, 'BAD_VALUE', text);
      else set(draft, found);
      return true;
    };

  /** Keeps a value under that name of the draft. */
  const into =
    <K extends keyof D>(key: K): Setter<D, NonNullable<D[K]>> =>
    (draft, value) => {
      draft[key] = value;
    };

  /** As `keep` for a value that must stand in quotes, and not be empty. */
  const keepQuoted = (text: string, set: Setter<D, string>): Reader<D> => {
    const reader = keep((value) => value || undefined, text, set);
    return (value, context) => {
      const inner = quoted(value);
      return inner !== undefined && reader(inner, context);
    };
  };

  /** Anything at all, as it stands. */
  const keepRaw = (set: Setter<D, string>): Reader<D> => keep((value) => value, '', set);

  const checkCount =
    (text: string): Reader<D> =>
    (value, { draft, place, problems }) => {
      const count = positiveNumber(value);
      if (count === undefined) problems.error(place, 'BAD_VALUE', text);
      else {
        draft.checkCount = count;
        problems.warning(place, 'OBSOLETE_DIRECTIVE', CHECKCOUNT_OBSOLETE);
      }
      return true;
    };

  const emailAlert = (set: Setter<D, string>): Reader<D> =>
    keep((value) => addressList(value) || undefined, 'no email address specified', set);

  const emailAlertFrequency = (set: Setter<D, number>): Reader<D> =>
    keep(leadingSeconds, 'invalid email alert frequency', set);

  const emailAlertStatuses =
    (set: Setter<D, Exclude<ReturnType<typeof alertStatuses>, string>>): Reader<D> =>
    (value, { draft, place, problems }) => {
      const found = alertStatuses(value);
      if (typeof found === 'string') problems.error(place, 'BAD_VALUE', found);
      else set(draft, found);
      return true;
    };

  return {
    keep,
    into,
    keepQuoted,
    keepRaw,
    checkCount,
    emailAlert,
    emailAlertFrequency,
    emailAlertStatuses,
  };
}

/** Milliseconds from digits that must come first; zero is an answer here. */
function leadingSeconds(value: string): number | undefined {
  const found = /^\d/.test(value) ? firstNumber(value) : undefined;
  return found === undefined ? undefined : Math.min(found, SECONDS_MAX) * 1000;
}
