/** Runs seeds for the program: a worker that is given them one after the other. */
import { parentPort } from 'node:worker_threads';
import { simulateDirector } from '../director/simulate.js';
import { directorsName, isDirectors, type SetName } from '../sets.js';
import { type Outcome, simulate } from '../simulate.js';

/** What a worker is asked: a seed of one of the two simulations. */
export interface Order {
  readonly seed: number;
  readonly set: SetName;
}

export type Report = Omit<Outcome, 'set'> & Order;

parentPort?.on('message', ({ seed, set }: Order) => {
  const outcome = isDirectors(set)
    ? simulateDirector(seed, directorsName(set))
    : simulate(seed, set);
  parentPort?.postMessage({ ...outcome, seed, set });
});
