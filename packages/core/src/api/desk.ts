/**
 * The client API's reception: keeps who is signed on, answers what they ask, passes on what they
 * send, and tells them what happens. Pure: what it wants done comes out as effects.
 */
import type { ApiAuthRule } from '../config/settings.js';
import type { LogLine, Severity } from '../log.js';
import { encodeClassicLines } from '../message/classic.js';
import { FIELD, isUnsequenced, TYPE } from '../message/fields.js';
import { CLIENT_MESSAGE_BYTES_MAX } from '../message/limits.js';
import { Message } from '../message/message.js';
import type { Millis } from '../time.js';
import type { ClusterView } from '../view.js';
import { type ApiClient, type ConnectionId, FILTER, type NoticeClass } from './client.js';
import { type Answer, answer, type Knowledge } from './requests.js';
import { judgeSignOn, type PeerIdentity, type SignOn } from './signon.js';

/** What the desk must know beside the state of the cluster. */
export interface DeskSettings {
  readonly apiauth: readonly ApiAuthRule[];
  readonly parameters: ReadonlyMap<string, string>;
  readonly deadtime: Millis;
  readonly keepalive: Millis;
  /** As heartbeat 3.0.6 gives it, since clients show it: version and build. */
  readonly version: string;
  /** The number of the syslog facility, such as 23 for local7; -1 for none. */
  readonly logFacility: number;
  /** True when the machine has a process of that number; by default every process is there. */
  readonly processExists?: (pid: number) => boolean;
  /** The group that the genuine cl_status lends to whoever runs it, haclient. */
  readonly commandGroup?: number;
}

/** The facility's number stands above the three bits of the severity in what the C library takes. */
const FACILITY_SHIFT = 3;

export type DeskEffect =
  /** Send a message to a client. */
  | { readonly kind: 'send'; readonly connection: ConnectionId; readonly message: Message }
  /** Hand a message to the cluster machine (event `local`): own fields only. */
  | { readonly kind: 'local'; readonly message: Message }
  /** Close a connection once all that was sent before is out. */
  | { readonly kind: 'close'; readonly connection: ConnectionId }
  /** From now on that many messages may wait for that client. */
  | {
      readonly kind: 'queueLength';
      readonly connection: ConnectionId;
      readonly messages: number;
    }
  /** Send a signal to a client's process. */
  | { readonly kind: 'signal'; readonly pid: number; readonly signal: number }
  | ({ readonly kind: 'log' } & LogLine);

/** Why a client is no longer there, as `info` of its `leave` message (heartbeat 3.0.6). */
export type LeaveReason = 'signoff' | 'EOF' | 'sendfail' | 'died-audit';

/**
 * Types that only the daemon itself may send: a client that forged one could make a genuine peer
 * take its node for dead, or for another version.
 */
const RESERVED_TYPES: ReadonlySet<string> = new Set([
  TYPE.status,
  TYPE.starting,
  TYPE.shutdownDone,
  TYPE.requestNodes,
  TYPE.replyNodes,
]);

export class ApiDesk {
  readonly #settings: DeskSettings;
  readonly #clients = new Map<ConnectionId, ApiClient>();
  #nextGeneration = 0;

  constructor(settings: DeskSettings) {
    this.#settings = settings;
  }

  /** Those signed on, in the order of their signing on. */
  get clients(): readonly ApiClient[] {
    return [...this.#clients.values()];
  }

  /** True when that connection has signed on. */
  has(connection: ConnectionId): boolean {
    return this.#clients.has(connection);
  }

  /** Takes a message from a connection, signed on or not. */
  receive(
    connection: ConnectionId,
    peer: PeerIdentity | undefined,
    message: Message,
    view: ClusterView,
  ): readonly DeskEffect[] {
    const client = this.#clients.get(connection);
    if (client === undefined) return this.#signOn(connection, peer, message, view);
    const snooped = this.#notices('api', message);
    const type = message.get(FIELD.type);
    if (type === TYPE.apiRequest) {
      return [...snooped, ...this.#request(client, message, view)];
    }
    return [...snooped, ...this.#general(client, type, message, view)];
  }

  /** Tells the clients of a message of the cluster, and answers what other nodes' clients ask. */
  notify(kind: NoticeClass, message: Message, view: ClusterView): readonly DeskEffect[] {
    const elsewhere = (message.get(FIELD.destination) ?? view.localNode) !== view.localNode;
    // What is meant for another node counts as dropped here, our own messages to it included.
    const forUs = kind === 'normal' || kind === 'unchanged';
    const source = message.get(FIELD.source);
    const asksUs = message.get(FIELD.type) === TYPE.queryClientStatus && kind === 'normal';
    if (asksUs && !elsewhere && source !== undefined && source !== view.localNode) {
      // The daemon's own business: clients do not hear of it.
      return this.#respondClientStatus(source, message, view);
    }
    return this.#notices(elsewhere && forUs ? 'dropped' : kind, message);
  }

  /** Takes a client off the list, and tells the cluster if it knew of it. */
  leave(connection: ConnectionId, reason: LeaveReason, view: ClusterView): readonly DeskEffect[] {
    const client = this.#clients.get(connection);
    if (client === undefined) return [];
    this.#clients.delete(connection);
    return client.casual
      ? []
      : [{ kind: 'local', message: presence(client, 'leave', reason, view) }];
  }

  #signOn(
    connection: ConnectionId,
    peer: PeerIdentity | undefined,
    request: Message,
    view: ClusterView,
  ): readonly DeskEffect[] {
    const isSignOn =
      request.get(FIELD.type) === TYPE.apiRequest && request.get(FIELD.requestType) === 'signon';
    if (!isSignOn) return [log('error', 'api_process_registration_msg: bad message')];
    const generation = this.#nextGeneration++;
    const { apiauth, processExists = () => true, commandGroup } = this.#settings;
    const judged = judgeSignOn(request, peer, apiauth, {
      isSignedOn: (name) => this.#clientOf(name) !== undefined,
      processExists,
      commandGroup,
    });
    const { id } = judged;
    if (!judged.ok || peer === undefined) {
      const asked = request.get(FIELD.fromId) ?? '';
      const refused = { connection, id, generation, pid: peer?.pid ?? 0 };
      return this.#refuseSignOn(refused, asked, judged, view);
    }
    const { casual } = judged;
    const client: ApiClient = {
      connection,
      id,
      casual,
      peer,
      generation,
      filter: FILTER.normal,
      signal: 0,
    };
    this.#clients.set(connection, client);
    const join: DeskEffect = {
      kind: 'local',
      message: presence(client, 'join', 'signon', view),
    };
    const joined = casual ? [] : [join];
    return [...joined, this.#signOnReply(connection, view)];
  }

  /** A client with a name is told that it has left, although it had never come. */
  #refuseSignOn(
    refused: Pick<ApiClient, 'connection' | 'id' | 'generation'> & { readonly pid: number },
    asked: string,
    judged: SignOn,
    view: ClusterView,
  ): readonly DeskEffect[] {
    const { connection, pid } = refused;
    const { info, left } = judged.ok ? {} : judged;
    const complaint =
      info === 'duplicate add request'
        ? `duplicate client add request [${asked}] [${pid}]`
        : `Client [${asked}] pid ${pid} failed authorization [${info ?? 'bad request'}]`;
    const effects: DeskEffect[] = [];
    if (info !== undefined) {
      effects.push(this.#signOnReply(connection, view, info));
      const message = presence(refused, 'leave', left ?? info, view);
      if (!judged.casual) effects.push({ kind: 'send', connection, message });
    }
    const failed = `api_process_registration_msg: cannot add client(${asked})`;
    return [
      ...effects,
      log('warn', complaint),
      log('error', failed),
      { kind: 'close', connection },
    ];
  }

  #signOnReply(connection: ConnectionId, view: ClusterView, refusal?: string): DeskEffect {
    const { deadtime, keepalive, version, logFacility, parameters } = this.#settings;
    const outcome: Record<string, string> =
      refusal === undefined
        ? { [FIELD.result]: 'OK' }
        : { [FIELD.info]: refusal, [FIELD.result]: 'badreq' };
    const message = Message.of({
      [FIELD.type]: TYPE.apiResponse,
      [FIELD.requestType]: 'signon',
      ...outcome,
      [FIELD.deadtimeWord]: deadtime.toString(16),
      [FIELD.keepalive]: keepalive.toString(16),
      [FIELD.node]: view.localNode,
      [FIELD.version]: version,
      // Without it cl_status of 3.0.6 takes us for a pacemaker cluster.
      [FIELD.pacemaker]: parameters.get('pacemaker') ?? 'false',
      [FIELD.logFacility]: String(logFacility < 0 ? logFacility : logFacility << FACILITY_SHIFT),
    });
    return { kind: 'send', connection, message };
  }

  #clientOf(id: string): ApiClient | undefined {
    return this.clients.find((client) => client.id === id);
  }

  #request(client: ApiClient, request: Message, view: ClusterView): readonly DeskEffect[] {
    const type = request.get(FIELD.requestType);
    const id = request.get(FIELD.fromId);
    const pid = request.get(FIELD.pid);
    if (type === undefined || id === undefined || pid === undefined) {
      const text = 'api_process_request: no fromid/pid/reqtype in message.';
      return [log('error', text)];
    }
    // Either will do (heartbeat 3.0.6).
    if (id !== client.id && pid !== String(client.peer.pid)) {
      return [log('error', 'api_process_request: msg from non-client')];
    }
    const known: Knowledge = {
      view,
      parameters: this.#settings.parameters,
      isSignedOn: (name) => this.#clientOf(name) !== undefined,
    };
    const given = answer(request, client, known);
    return given === undefined
      ? [log('error', 'Unknown API request'), ...refuse(client, type)]
      : this.#perform(client, type, given, view);
  }

  #perform(
    client: ApiClient,
    type: string,
    given: Answer,
    view: ClusterView,
  ): readonly DeskEffect[] {
    const { connection } = client;
    switch (given.kind) {
      case 'replies':
        if (given.client !== undefined) this.#clients.set(connection, given.client);
        return replies(client, type, given.replies);
      case 'refused':
        return refuse(client, type, given.info);
      case 'ask':
        return [{ kind: 'local', message: withDestinationUuid(given.message, view) }];
      case 'queueLength': {
        const { messages } = given;
        const from = 'the send queue length from heartbeat to client';
        const text = `${from} ${client.id} is set to ${messages}`;
        return [{ kind: 'queueLength', connection, messages }, log('info', text)];
      }
      case 'signOff': {
        const message = presence(client, 'leave', 'signoff', view);
        const told: readonly DeskEffect[] = client.casual
          ? []
          : [{ kind: 'send', connection, message }];
        const left = this.leave(connection, 'signoff', view);
        return [...told, ...left, { kind: 'close', connection }];
      }
      case 'nothing':
        return given.complaint === undefined ? [] : [log('error', given.complaint)];
    }
  }

  /** A message that is no request goes to the clients of the same name on every node. */
  #general(
    client: ApiClient,
    type: string | undefined,
    message: Message,
    view: ClusterView,
  ): readonly DeskEffect[] {
    if (client.casual) {
      const text = 'api_process_request: general message from casual client!';
      this.#clients.delete(client.connection);
      return [log('info', text), { kind: 'close', connection: client.connection }];
    }
    if (type === undefined || RESERVED_TYPES.has(type) || isUnsequenced(type)) {
      return [log('error', 'api_process_request: bad message type')];
    }
    if (encodeClassicLines(message).length > CLIENT_MESSAGE_BYTES_MAX) {
      return [log('error', `Message of client ${client.id} is too long for the cluster`)];
    }
    const addressed = message
      .with(FIELD.fromId, client.id)
      .with(FIELD.toId, client.id)
      .with(FIELD.clientGeneration, String(client.generation));
    return [{ kind: 'local', message: withDestinationUuid(addressed, view) }];
  }

  #notices(kind: NoticeClass, message: Message): readonly DeskEffect[] {
    const effects: DeskEffect[] = [];
    const addressee = message.get(FIELD.toId);
    for (const { connection, id, filter, signal, peer } of this.#clients.values()) {
      if ((filter & FILTER[kind]) === 0) continue;
      if (addressee !== undefined && addressee !== id) continue;
      effects.push({ kind: 'send', connection, message });
      if (signal > 0) effects.push({ kind: 'signal', pid: peer.pid, signal });
    }
    return effects;
  }

  #respondClientStatus(node: string, query: Message, view: ClusterView): readonly DeskEffect[] {
    const name = query.get(FIELD.clientName);
    const asker = query.get(FIELD.fromId);
    if (name === undefined || asker === undefined) return [];
    const message = Message.of({
      [FIELD.type]: TYPE.respondClientStatus,
      [FIELD.destination]: node,
      [FIELD.result]: 'OK',
      [FIELD.clientName]: name,
      [FIELD.toId]: asker,
      [FIELD.clientStatus]: this.#clientOf(name) === undefined ? 'offline' : 'online',
    });
    return [{ kind: 'local', message: withDestinationUuid(message, view) }];
  }
}

function log(severity: Severity, text: string): DeskEffect {
  return { kind: 'log', severity, text };
}

function response(client: ApiClient, type: string, message: Message): DeskEffect {
  const start = Message.of({ [FIELD.type]: TYPE.apiResponse, [FIELD.requestType]: type });
  const whole = new Message([...start.fields, ...message.fields]);
  return { kind: 'send', connection: client.connection, message: whole };
}

function replies(
  client: ApiClient,
  type: string,
  all: readonly (readonly Message['fields'][number][])[],
): readonly DeskEffect[] {
  const listed = all.length === 0 ? [[]] : all;
  return listed.map((fields, index) => {
    const result = index === listed.length - 1 ? 'OK' : 'ok/more';
    return response(client, type, new Message(fields).with(FIELD.result, result));
  });
}

function refuse(client: ApiClient, type: string, info?: string): readonly DeskEffect[] {
  const refused = Message.of({ [FIELD.result]: 'badreq' });
  const message = info === undefined ? refused : refused.with(FIELD.info, info);
  const text = `api_process_request: bad request [${type}]`;
  return [log('error', text), response(client, type, message)];
}

/** A message to one node names it by its identity as well, once that is known (heartbeat 3.0.6). */
function withDestinationUuid(message: Message, view: ClusterView): Message {
  const name = message.get(FIELD.destination);
  const uuid = view.nodes.find((node) => node.name === name)?.uuid;
  if (uuid === undefined) return message;
  return message.withField({ name: FIELD.destinationUuid, type: 'binary', value: uuid });
}

/** The message that tells the clients of that name on every node that one came or went. */
function presence(
  client: Pick<ApiClient, 'id' | 'generation'>,
  status: 'join' | 'leave',
  info: string,
  view: ClusterView,
): Message {
  return Message.of({
    [FIELD.type]: TYPE.clientStatus,
    [FIELD.status]: status,
    [FIELD.fromId]: client.id,
    [FIELD.toId]: client.id,
    [FIELD.source]: view.localNode,
    [FIELD.info]: info,
    [FIELD.clientGeneration]: String(client.generation),
  });
}
