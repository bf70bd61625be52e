/** What ipfail hears of: the API's messages, reduced to what matters for the comparison. */
import { FIELD, TYPE } from '../message/fields.js';
import type { Message } from '../message/message.js';

/** The name under which ipfail signs on. */
export const CLIENT_NAME = 'ipfail';

export type Happening =
  /** A node's status has changed; ping nodes have the status `ping` while they answer. */
  | { readonly kind: 'node'; readonly node: string; readonly status: string }
  | {
      readonly kind: 'link';
      readonly node: string;
      readonly link: string;
      readonly status: string;
    }
  /** An ipfail has signed on somewhere. */
  | { readonly kind: 'joined'; readonly node: string }
  /** The other ipfail counts that many ping nodes. */
  | { readonly kind: 'count'; readonly node: string; readonly pings: number }
  /** The other ipfail counts more than we said. */
  | { readonly kind: 'told'; readonly node: string }
  | { readonly kind: 'abort'; readonly node: string }
  /** A node has said what it holds. */
  | {
      readonly kind: 'resource';
      readonly node: string;
      readonly stable: boolean;
      /** It came with an `info`, as the report of a single step. */
      readonly partial: boolean;
    };

/** What a message means to ipfail; undefined when nothing. */
export function happeningOf(message: Message): Happening | undefined {
  const node = message.get(FIELD.source) ?? '';
  const status = message.get(FIELD.status) ?? '';
  switch (message.get(FIELD.type)) {
    case TYPE.status:
    case TYPE.pingStatus:
      return { kind: 'node', node, status };
    case TYPE.linkStatus: {
      const link = message.get(FIELD.interface) ?? '';
      return { kind: 'link', node: message.get(FIELD.node) ?? '', link, status };
    }
    case TYPE.clientStatus:
      if (status !== 'join' || message.get(FIELD.fromId) !== CLIENT_NAME) return undefined;
      return { kind: 'joined', node };
    case TYPE.pingCount: {
      const pings = message.decimal(FIELD.pingCount);
      return pings === undefined ? undefined : { kind: 'count', node, pings };
    }
    case TYPE.youAreDead:
      return { kind: 'told', node };
    case TYPE.abortGiveUp:
      return { kind: 'abort', node };
    case TYPE.resource: {
      const stable = message.get(FIELD.isStable);
      if (stable === undefined) return undefined;
      const partial = message.get(FIELD.info) !== undefined;
      return { kind: 'resource', node, stable: stable === '1', partial };
    }
    default:
      return undefined;
  }
}
