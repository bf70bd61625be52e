/** What clients can ask, and the replies: one function per request type. */
import { FIELD, TYPE } from '../message/fields.js';
import { type Field, Message } from '../message/message.js';
import type { ClusterView, NodeView } from '../view.js';
import { type ApiClient, FILTER } from './client.js';

/** What a request can be answered from. */
export interface Knowledge {
  readonly view: ClusterView;
  /** Directives as written and computed defaults (`Settings.parameters`). */
  readonly parameters: ReadonlyMap<string, string>;
  /** True when a client of that name is signed on here. */
  readonly isSignedOn: (id: string) => boolean;
}

/** The fields of one reply between `reqtype` and `result`. */
export type ReplyFields = readonly Field[];

export type Answer =
  /** One reply per entry; all but the last say that more will follow. */
  | {
      readonly kind: 'replies';
      readonly replies: readonly ReplyFields[];
      /** What becomes of the client. */
      readonly client?: ApiClient;
    }
  | { readonly kind: 'refused'; readonly info?: string }
  /** The cluster is asked; its answer will come as a message to this client. */
  | { readonly kind: 'ask'; readonly message: Message }
  | { readonly kind: 'queueLength'; readonly messages: number }
  | { readonly kind: 'signOff' }
  /** Nothing is said. */
  | { readonly kind: 'nothing'; readonly complaint?: string };

/** Messages a client may have waiting, however many it asks for. */
const QUEUE_LENGTH_MAX = 10_000;

/** Highest signal number of Linux. */
const SIGNAL_MAX = 64;

const EINVAL: Answer = { kind: 'refused', info: 'EINVAL' };

type Request = (request: Message, client: ApiClient, known: Knowledge) => Answer;

/**
 * Answers a request of a client that is signed on; undefined for a type that does not exist.
 * Texts, order of fields and refusals are those of heartbeat 3.0.6.
 */
export function answer(request: Message, client: ApiClient, known: Knowledge): Answer | undefined {
  const type = request.get(FIELD.requestType) ?? '';
  return REQUESTS.get(type)?.(request, client, known);
}

function text(name: string, value: string): Field {
  return { name, type: 'string', value };
}

function single(...fields: Field[]): Answer {
  return { kind: 'replies', replies: [fields] };
}

/** Node names are compared without regard to case (heartbeat 3.0.6). */
function nodeOf(request: Message, known: Knowledge): NodeView | undefined {
  const name = request.get(FIELD.node)?.toLowerCase();
  return known.view.nodes.find((node) => node.name.toLowerCase() === name);
}

/** A request about one node that exists. */
function about(reply: (node: NodeView, request: Message, known: Knowledge) => Answer): Request {
  return (request, _client, known) => {
    const node = nodeOf(request, known);
    return node === undefined ? EINVAL : reply(node, request, known);
  };
}

const REQUESTS: ReadonlyMap<string, Request> = new Map<string, Request>([
  ['nodelist', (_request, _client, { view }) => listNodes(view)],
  ['nodestatus', about((node) => single(text(FIELD.status, node.status)))],
  ['nodetype', about((node) => single(text(FIELD.nodeType, node.type)))],
  // Weight and site mean nothing in a haresources cluster; these are the genuine defaults.
  ['nodeweight', about(() => single(text(FIELD.weight, '100')))],
  ['nodesite', about(() => single(text(FIELD.site, '')))],
  ['numnodes', (_request, _client, { view }) => countNodes(view)],
  ['iflist', about(listLinks)],
  ['ifstatus', about(linkStatus)],
  ['clientstatus', clientStatus],
  ['getparm', getParameter],
  ['getrsc', (_request, _client, { view }) => single(text(FIELD.resourcesHeld, view.resources))],
  ['setfilter', setFilter],
  ['setsignal', setSignal],
  ['getuuid', getUuid],
  ['getnodename', getNodeName],
  ['set_sendqlen', setQueueLength],
  ['signoff', () => ({ kind: 'signOff' })],
]);

/** The names of all request types that exist. */
export const REQUEST_TYPES: readonly string[] = [...REQUESTS.keys()];

function listNodes(view: ClusterView): Answer {
  const replies = view.nodes.map((node) => [
    text(FIELD.node, node.name),
    text(FIELD.nodeType, node.type),
    text(FIELD.status, node.status),
  ]);
  return { kind: 'replies', replies };
}

function countNodes(view: ClusterView): Answer {
  const normal = view.nodes.filter((node) => node.type === 'normal');
  return single(text(FIELD.nodeCount, String(normal.length)));
}

function listLinks(node: NodeView): Answer {
  const replies = node.links.map((link) => [
    text(FIELD.interface, link.name),
    text(FIELD.status, link.status),
  ]);
  return { kind: 'replies', replies };
}

function linkStatus(node: NodeView, request: Message): Answer {
  const name = request.get(FIELD.interface);
  const link = node.links.find((candidate) => candidate.name === name);
  return link === undefined ? EINVAL : single(text(FIELD.status, link.status));
}

/**
 * Clients of this node and of nodes that are not active are known here; others are asked for. Who
 * writes this node's name in other letters asks the cluster too, and gets no answer.
 */
function clientStatus(request: Message, client: ApiClient, known: Knowledge): Answer {
  const node = nodeOf(request, known);
  const asked = request.get(FIELD.node);
  const name = request.get(FIELD.clientName);
  if (node === undefined || asked === undefined || name === undefined) return EINVAL;
  const local = asked === known.view.localNode;
  if (!local && node.status === 'active') {
    const message = Message.of({
      [FIELD.type]: TYPE.queryClientStatus,
      [FIELD.destination]: asked,
      [FIELD.clientName]: name,
      [FIELD.fromId]: client.id,
    });
    return { kind: 'ask', message };
  }
  const status = local && known.isSignedOn(name) ? 'online' : 'offline';
  return single(text(FIELD.subtype, TYPE.respondClientStatus), text(FIELD.clientStatus, status));
}

/** Parameters that have another source than a line of ha.cf (heartbeat 3.0.6). */
const PARAMETERS: Readonly<Record<string, (known: Knowledge) => string | undefined>> = {
  crm: ({ parameters }) => parameters.get('pacemaker'),
  hbversion: () => '3.0.6',
};

function getParameter(request: Message, _client: ApiClient, known: Knowledge): Answer {
  const name = request.get(FIELD.parameterName);
  if (name === undefined) return EINVAL;
  const value = PARAMETERS[name]?.(known) ?? known.parameters.get(name);
  return value === undefined ? single() : single(text(FIELD.parameterValue, value));
}

/** A hexadecimal number in the way of scanf: what follows it does not matter. */
const HEXADECIMAL = /^\s*([+-]?)(?:0x)?([0-9a-f]+)/i;

/** At least one bit must be one that is known; others are passed over. */
function setFilter(request: Message, client: ApiClient): Answer {
  const [, sign, digits] = HEXADECIMAL.exec(request.get(FIELD.filterMask) ?? '') ?? [];
  if (digits === undefined) return EINVAL;
  const all = BigInt(Object.values(FILTER).reduce((bits, bit) => bits | bit, 0));
  const number = BigInt(`0x${digits}`);
  const filter = Number((sign === '-' ? -number : number) & all);
  if (filter === 0) return EINVAL;
  return { kind: 'replies', replies: [[]], client: { ...client, filter } };
}

/** A decimal number in the way of scanf. */
const DECIMAL = /^\s*([+-]?\d+)/;

function setSignal(request: Message, client: ApiClient): Answer {
  const [, digits] = DECIMAL.exec(request.get(FIELD.signal) ?? '') ?? [];
  if (digits === undefined) return { kind: 'refused' };
  const signal = Number(digits);
  if (signal < 0 || signal > SIGNAL_MAX) return EINVAL;
  return { kind: 'replies', replies: [[]], client: { ...client, signal } };
}

const NO_QUERY: Answer = { kind: 'refused', info: 'no query node name found' };

const UUID_BYTES = 16;

function getUuid(request: Message, _client: ApiClient, known: Knowledge): Answer {
  const name = request.get(FIELD.queryName);
  if (name === undefined) return NO_QUERY;
  // In exactly these letters, unlike everywhere else.
  const node = known.view.nodes.find((candidate) => candidate.name === name);
  if (node === undefined) return single();
  const value = node.uuid ?? new Uint8Array(UUID_BYTES);
  return single({ name: FIELD.queryUuid, type: 'binary', value });
}

function getNodeName(request: Message, _client: ApiClient, known: Knowledge): Answer {
  const uuid = request.binary(FIELD.queryUuid);
  if (uuid?.length !== UUID_BYTES) return NO_QUERY;
  const node = known.view.nodes.find(
    (candidate) =>
      candidate.uuid?.length === uuid.length &&
      candidate.uuid.every((byte, index) => byte === uuid[index]),
  );
  return node === undefined ? single() : single(text(FIELD.queryName, node.name));
}

function setQueueLength(request: Message): Answer {
  const given = request.get(FIELD.sendQueueLength);
  if (given === undefined) {
    return { kind: 'nothing', complaint: 'api_set_sendqlen: getting field F_SENDQLEN failed' };
  }
  const messages = request.decimal(FIELD.sendQueueLength) ?? 0;
  if (messages === 0) {
    return { kind: 'nothing', complaint: 'api_set_sendqlen: invalid length value(0)' };
  }
  return { kind: 'queueLength', messages: Math.min(messages, QUEUE_LENGTH_MAX) };
}
