/** The names of all sets, of both simulations, as they are given on the command line. */
import { SET_NAMES as DIRECTORS } from './director/options.js';
import { SETS, type Weather } from './options.js';

/** A set of the director's: `director` is its swarm, the others are `director-calm` and so on. */
export type DirectorSet = 'director' | `director-${string}`;

export type SetName = Weather | DirectorSet;

/** As `simulateDirector` calls it. */
export function directorsName(set: DirectorSet): string {
  return set === 'director' ? 'swarm' : set.slice('director-'.length);
}

export function isDirectors(set: SetName): set is DirectorSet {
  return set === 'director' || set.startsWith('director-');
}

/** Of the sets that there are, in the order in which they are told. */
export const SET_NAMES: readonly SetName[] = [
  ...SETS,
  ...DIRECTORS.map((name): DirectorSet => (name === 'swarm' ? 'director' : `director-${name}`)),
];

/** The set of that name, if there is one. */
export function setNamed(word: string | undefined): SetName | undefined {
  return SET_NAMES.find((name) => name === word);
}
