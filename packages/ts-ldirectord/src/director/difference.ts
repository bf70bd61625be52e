/** What is to be changed for the table to hold what we want. */
import type { Virtual } from '../config/config.js';
import type { Change } from '../ipvs/change.js';
import { type Destination, type Service, sameDestination, sameService } from '../ipvs/table.js';
import { desiredService, type Wish } from './desired.js';

/** A change, and what it is about; a destination without a wish is none of the configuration's. */
export type Difference =
  | { readonly about: 'service'; readonly change: Change }
  | { readonly about: 'destination'; readonly change: Change; readonly wish: Wish }
  | { readonly about: 'stranger'; readonly change: Change; readonly present: Destination };

/**
 * The changes that make `present` hold every wish, nothing where it does already. Servers are put
 * in before others are taken out, so that a virtual is not without a destination in between.
 *
 * @param strangers What to do with destinations that nobody wishes for.
 */
export function differences(
  virtual: Virtual,
  present: Service | undefined,
  wishes: Iterable<readonly [string, Wish]>,
  strangers: 'delete' | 'leave',
): readonly Difference[] {
  const { target } = virtual;
  const contents = desiredService(virtual);
  const service: Difference[] = [];
  if (present === undefined) {
    service.push({ about: 'service', change: { kind: 'addService', target, contents } });
  } else if (!sameService(contents, present.contents)) {
    service.push({ about: 'service', change: { kind: 'editService', target, contents } });
  }
  const gains: Difference[] = [];
  const losses: Difference[] = [];
  const wished = new Set<string>();
  for (const [key, wish] of wishes) {
    wished.add(key);
    const change = destinationChange(virtual, wish, present?.destinations.get(key));
    if (change === undefined) continue;
    const list = (wish.contents?.weight ?? 0) > 0 ? gains : losses;
    list.push({ about: 'destination', change, wish });
  }
  if (strangers === 'delete') {
    for (const [key, stranger] of present?.destinations ?? []) {
      if (wished.has(key)) continue;
      const { address, port } = stranger;
      const change = { kind: 'deleteDestination', target, destination: { address, port } } as const;
      losses.push({ about: 'stranger', change, present: stranger });
    }
  }
  return [...service, ...gains, ...losses];
}

function destinationChange(
  virtual: Virtual,
  wish: Wish,
  present: Destination | undefined,
): Change | undefined {
  const { target } = virtual;
  const { contents, place: destination } = wish;
  if (contents === undefined) {
    return present === undefined ? undefined : { kind: 'deleteDestination', target, destination };
  }
  if (present === undefined) {
    if (wish.add === 'never') return undefined;
    return { kind: 'addDestination', target, destination, contents };
  }
  if (sameDestination(contents, present.contents)) return undefined;
  return { kind: 'editDestination', target, destination, contents };
}
