/** An IPVS table in memory that answers as the kernel and ipvsadm 1.31 do: for tests. */
import type { VirtualTarget } from '../config/config.js';
import { type Change, ipvsadmArguments } from './change.js';
import type { Failure, Ipvs, ReadOptions } from './ipvs.js';
import {
  type Destination,
  type DestinationContents,
  type DestinationId,
  destinationKey,
  EMPTY_TABLE,
  kernelPort,
  type Service,
  serviceKey,
  type Table,
} from './table.js';

/** The table after one change; or the error text, when the kernel would refuse it. */
export function perform(table: Table, change: Change): Table | string {
  const key = serviceKey(change.target);
  const service = table.get(key);
  switch (change.kind) {
    case 'addService':
      if (service !== undefined) return 'Service already exists';
      return withService(table, key, {
        target: change.target,
        contents: change.contents,
        destinations: new Map(),
      });
    case 'editService':
      if (service === undefined) return 'No such service';
      return withService(table, key, { ...service, contents: change.contents });
    case 'deleteService':
      if (service === undefined) return 'No such service';
      return new Map([...table].filter(([other]) => other !== key));
    default: {
      if (service === undefined) return 'Service not defined';
      const destinations = performOnDestination(service, change);
      if (typeof destinations === 'string') return destinations;
      return withService(table, key, { ...service, destinations });
    }
  }
}

type DestinationChange = Extract<Change, { destination: DestinationId }>;

function performOnDestination(
  service: Service,
  change: DestinationChange,
): ReadonlyMap<string, Destination> | string {
  const destinations = new Map(service.destinations);
  if (change.kind === 'deleteDestination') {
    if (!destinations.delete(destinationKey(change.destination))) return 'No such destination';
    return destinations;
  }
  const where = heldDestination(change.target, change.destination, change.contents);
  const key = destinationKey(where);
  const exists = destinations.has(key);
  if (change.kind === 'addDestination' && exists) return 'Destination already exists';
  if (change.kind === 'editDestination' && !exists) return 'No such destination';
  const contents = {
    ...change.contents,
    upperThreshold: change.contents.upperThreshold ?? 0,
    lowerThreshold: change.contents.lowerThreshold ?? 0,
  };
  destinations.set(key, { ...where, contents });
  return destinations;
}

/** The destination with the port that ipvsadm forces on it. */
function heldDestination(
  target: VirtualTarget,
  destination: DestinationId,
  contents: DestinationContents,
): DestinationId {
  const { address, port } = destination;
  const forwarding = contents.forwarding === 'local' ? 'gate' : contents.forwarding;
  return { address, port: kernelPort(target, forwarding, port) };
}

function withService(table: Table, key: string, service: Service): Table {
  return new Map(table).set(key, service);
}

/** Keeps its table in memory. What an operator does by hand is done on `table` directly. */
export class MemoryIpvs implements Ipvs {
  table: Table;
  /** Every change asked for, refused or not, in order. */
  readonly log: Change[] = [];

  constructor(table: Table = EMPTY_TABLE) {
    this.table = table;
  }

  read(options: ReadOptions): Promise<Table> {
    return Promise.resolve(options.thresholds ? this.table : withoutThresholds(this.table));
  }

  apply(changes: readonly Change[]): Promise<readonly Failure[]> {
    const failures: Failure[] = [];
    for (const change of changes) {
      this.log.push(change);
      const result = perform(this.table, change);
      if (typeof result === 'string') {
        const command = `ipvsadm ${ipvsadmArguments(change).join(' ')}`;
        failures.push({ change, command, error: result });
      } else {
        this.table = result;
      }
    }
    return Promise.resolve(failures);
  }
}

function withoutThresholds(table: Table): Table {
  return new Map(
    [...table].map(([key, service]) => {
      const destinations = [...service.destinations].map(
        ([name, { address, port, contents }]): [string, Destination] => {
          const { forwarding, weight } = contents;
          return [name, { address, port, contents: { forwarding, weight } }];
        },
      );
      return [key, { ...service, destinations: new Map(destinations) }];
    }),
  );
}
