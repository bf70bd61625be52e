/** One change of the IPVS table, and how ipvsadm is told of it. */
import type { VirtualTarget } from '../config/config.js';
import { withPort } from './address.js';
import {
  type DestinationContents,
  type DestinationId,
  destinationKey,
  type ServiceContents,
  sameDestination,
  sameService,
  serviceKey,
  type Table,
} from './table.js';

export type Change =
  | {
      readonly kind: 'addService' | 'editService';
      readonly target: VirtualTarget;
      readonly contents: ServiceContents;
    }
  | { readonly kind: 'deleteService'; readonly target: VirtualTarget }
  | {
      readonly kind: 'addDestination' | 'editDestination';
      readonly target: VirtualTarget;
      readonly destination: DestinationId;
      readonly contents: DestinationContents;
    }
  | {
      readonly kind: 'deleteDestination';
      readonly target: VirtualTarget;
      readonly destination: DestinationId;
    };

const COMMAND = {
  addService: '-A',
  editService: '-E',
  deleteService: '-D',
  addDestination: '-a',
  editDestination: '-e',
  deleteDestination: '-d',
} as const;

const FORWARDING_FLAG = { gate: '-g', masq: '-m', ipip: '-i', local: '-g' } as const;

/** The arguments of ipvsadm for a change; joined by blanks they are a line for `ipvsadm -R`. */
export function ipvsadmArguments(change: Change): string[] {
  const words = [COMMAND[change.kind], ...serviceArguments(change.target)];
  switch (change.kind) {
    case 'addService':
    case 'editService':
      return [...words, ...contentsArguments(change.contents)];
    case 'deleteService':
      return words;
    case 'addDestination':
    case 'editDestination':
      return [
        ...words,
        ...thresholdArguments(change.contents),
        '-r',
        withPort(change.destination.address, change.destination.port),
        FORWARDING_FLAG[change.contents.forwarding],
        '-w',
        String(change.contents.weight),
      ];
    case 'deleteDestination':
      return [...words, '-r', withPort(change.destination.address, change.destination.port)];
  }
}

/** True when the table shows what the change was to bring about. */
export function isDone(change: Change, table: Table): boolean {
  const service = table.get(serviceKey(change.target));
  switch (change.kind) {
    case 'addService':
    case 'editService':
      return service !== undefined && sameService(change.contents, service.contents);
    case 'deleteService':
      return service === undefined;
    case 'addDestination':
    case 'editDestination': {
      const present = service?.destinations.get(destinationKey(change.destination));
      return present !== undefined && sameDestination(change.contents, present.contents);
    }
    case 'deleteDestination':
      return service?.destinations.get(destinationKey(change.destination)) === undefined;
  }
}

function serviceArguments(target: VirtualTarget): string[] {
  if (target.kind === 'mark') {
    return ['-f', String(target.mark), ...(target.family === 'ipv6' ? ['-6'] : [])];
  }
  return [target.protocol === 'tcp' ? '-t' : '-u', withPort(target.address, target.port)];
}

function contentsArguments(contents: ServiceContents): string[] {
  const words = contents.ops ? ['-o'] : [];
  words.push('-s', contents.scheduler);
  if (contents.persistence !== undefined) {
    words.push('-p', String(contents.persistence));
    if (contents.netmask !== undefined) words.push('-M', contents.netmask);
  }
  if (contents.schedulerFlags !== undefined) words.push('-b', contents.schedulerFlags);
  return words;
}

/** None are sent where both are 0: the kernel then sets both to 0, in an edit as well. */
function thresholdArguments(contents: DestinationContents): string[] {
  const upper = contents.upperThreshold ?? 0;
  const lower = contents.lowerThreshold ?? 0;
  return upper === 0 && lower === 0 ? [] : ['-x', String(upper), '-y', String(lower)];
}
