/**
 * A client made with the genuine client library: takes orders from standard input, one JSON list a
 * line, and prints one JSON value for each. Run by the tests on a director.
 */

import { createInterface } from 'node:readline';
import koffi from 'koffi';

/** Their order in the table of functions that the library hands out (hb_api.h of 3.0.6). */
const FUNCTIONS = [
  ...['signon', 'signoff', 'delete', 'set_msg_callback', 'set_nstatus_callback'],
  ...['set_ifstatus_callback', 'set_cstatus_callback', 'init_nodewalk', 'nextnode', 'end_nodewalk'],
  ...['node_status', 'node_weight', 'node_site', 'node_type', 'num_nodes', 'init_ifwalk', 'nextif'],
  ...['end_ifwalk', 'if_status', 'client_status', 'get_uuid_by_name', 'get_name_by_uuid'],
  ...['sendclustermsg', 'sendnodemsg', 'sendnodemsg_byuuid', 'send_ordered_clustermsg'],
  ...['send_ordered_nodemsg', 'inputfd', 'ipcchan', 'msgready', 'setmsgsignal', 'rcvmsg'],
  ...['readmsg', 'setfmode', 'get_parameter', 'get_deadtime', 'get_keepalive', 'get_mynodeid'],
  ...['get_logfacility', 'get_resources', 'chan_is_connected', 'set_sendq_len'],
  ...['set_send_block_mode', 'errmsg'],
] as const;

type Word = string | number | null;

/** How long the cluster may take for what is waited for, on a busy machine. */
const LIMIT_MS = 40_000;
const LOOK_MS = 20;

/** Fields of a message that are the same whenever and wherever it is sent. */
const TOLD = ['t', 'st', 'from_id', 'to_id', 'src', 'info', 'text', 'order'];

const plumb = koffi.load('libplumb.so.2');
const newMessage = plumb.func('void *ha_msg_new(int)');
const addField = plumb.func('int ha_msg_add(void *, const char *, const char *)');
const fieldOf = plumb.func('const char *cl_get_string(const void *, const char *)');
const deleteMessage = plumb.func('void ha_msg_del(void *)');

const cluster: unknown = koffi.load('libhbclient.so.1').func('void *ll_cluster_new(const char *)')(
  'heartbeat',
);
const [, operations] = koffi.decode(cluster, koffi.array('void *', 2)) as unknown[];
const table = koffi.decode(operations, koffi.array('void *', FUNCTIONS.length)) as unknown[];

type Call = (...words: unknown[]) => unknown;
const functions = new Map<string, Call>();

/** Calls a function of the table: its result's type, the types after the cluster, the words. */
function call(name: (typeof FUNCTIONS)[number], types: string, ...words: unknown[]): unknown {
  let known = functions.get(name);
  if (known === undefined) {
    const [result = 'int', ...rest] = types.split(', ');
    const prototype = koffi.proto(`${result} ${name}(${['void *', ...rest].join(', ')})`);
    known = koffi.decode(table[FUNCTIONS.indexOf(name)], prototype) as Call;
    functions.set(name, known);
  }
  return known(cluster, ...words);
}

const STRING = 'const char *';

function told(message: unknown): Record<string, string> {
  const fields: Record<string, string> = {};
  for (const name of TOLD) {
    const value = fieldOf(message, name) as string | null;
    if (value !== null) fields[name] = value;
  }
  return fields;
}

/** What callbacks were told; status changes of nodes only those of other clients' kind. */
const noticed: string[] = [];

const notice = (...words: string[]): void => {
  noticed.push(words.join(' '));
};

/** Kept for ever: the library calls them whenever it likes. */
const TYPES = {
  client: koffi.pointer(
    koffi.proto('void on_client(const char *, const char *, const char *, void *)'),
  ),
  node: koffi.pointer(koffi.proto('void on_node(const char *, const char *, void *)')),
  message: koffi.pointer(koffi.proto('void on_message(void *, void *)')),
};
const CALLBACKS = {
  client: koffi.register(
    (node: string, id: string, status: string) => notice('client', node, id, status),
    TYPES.client,
  ),
  node: koffi.register((name: string, status: string) => notice('node', name, status), TYPES.node),
  message: koffi.register(
    (one: unknown) => notice('message', JSON.stringify(told(one))),
    TYPES.message,
  ),
};

function watch(): unknown[] {
  const pointers = ['void *', 'void *'].join(', ');
  return [
    call('set_cstatus_callback', `int, ${pointers}`, CALLBACKS.client, null),
    call('set_nstatus_callback', `int, ${pointers}`, CALLBACKS.node, null),
    call('set_msg_callback', `int, ${STRING}, ${pointers}`, 'greeting', CALLBACKS.message, null),
  ];
}

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/**
 * What has come when each of the texts has been told of, or the channel is gone. Messages of one
 * node come in the order in which they were sent: name the last of each.
 */
async function receive(...texts: readonly Word[]): Promise<unknown> {
  const messages: Record<string, string>[] = [];
  const deadline = performance.now() + LIMIT_MS;
  const lacking = (): readonly Word[] => {
    const told = [...noticed, ...messages.map((one) => JSON.stringify(one))].join('\n');
    return texts.filter((text) => !told.includes(String(text)));
  };
  while (lacking().length > 0) {
    if (performance.now() > deadline) return { messages, noticed, lacking: lacking() };
    if (call('chan_is_connected', 'int') === 0) return { messages, noticed, gone: true };
    if (call('msgready', 'int') === 0) {
      await pause(LOOK_MS);
      continue;
    }
    const message = call('readmsg', 'void *, int', 0);
    if (message === null) continue;
    const fields = told(message);
    deleteMessage(message);
    // Signs of life come all the time.
    if (fields.t !== 'status' && fields.t !== 'NS_st') messages.push(fields);
  }
  return { messages, noticed: noticed.splice(0) };
}

function walk(): unknown {
  const nodes: unknown[] = [];
  call('init_nodewalk', 'int');
  const names: string[] = [];
  for (let name = call('nextnode', STRING); name !== null; name = call('nextnode', STRING)) {
    names.push(String(name));
  }
  call('end_nodewalk', 'int');
  for (const name of names) {
    const links: unknown[] = [];
    call('init_ifwalk', `int, ${STRING}`, name);
    for (let link = call('nextif', STRING); link !== null; link = call('nextif', STRING)) {
      links.push(link);
    }
    call('end_ifwalk', 'int');
    const states = links.map((link) =>
      call('if_status', `${STRING}, ${STRING}, ${STRING}`, name, link),
    );
    nodes.push({
      name,
      type: call('node_type', `${STRING}, ${STRING}`, name),
      status: call('node_status', `${STRING}, ${STRING}`, name),
      weight: call('node_weight', `int, ${STRING}`, name),
      site: call('node_site', `${STRING}, ${STRING}`, name),
      links,
      states,
    });
  }
  return nodes;
}

const UUID_BYTES = 16;
const NAME_BYTES = 64;

/** A node's uuid, and whose it is. */
function uuid(name: string): unknown {
  const id = Buffer.alloc(UUID_BYTES);
  const back = Buffer.alloc(NAME_BYTES);
  const found = call('get_uuid_by_name', `int, ${STRING}, void *`, name, id);
  const known = call('get_name_by_uuid', 'int, void *, void *, size_t', id, back, NAME_BYTES);
  return {
    found,
    zero: id.every((byte) => byte === 0),
    known,
    name: back.toString().split('\0')[0],
  };
}

function send(name: 'sendclustermsg' | 'sendnodemsg', node: string | null, text: string): unknown {
  const message = newMessage(0) as unknown;
  addField(message, 't', 'greeting');
  addField(message, 'text', text);
  const result =
    node === null
      ? call(name, 'int, void *', message)
      : call(name, `int, void *, ${STRING}`, message, node);
  deleteMessage(message);
  return result;
}

const ORDERS: Readonly<Record<string, (...words: Word[]) => unknown>> = {
  signon: (name = null) => call('signon', `int, ${STRING}`, name),
  signoff: () => call('signoff', 'int, int', 1),
  error: () => call('errmsg', STRING),
  about: () => ({
    node: call('get_mynodeid', STRING),
    deadtime: Number(call('get_deadtime', 'long')),
    keepalive: Number(call('get_keepalive', 'long')),
    facility: call('get_logfacility', 'int'),
    resources: call('get_resources', STRING),
    nodes: call('num_nodes', 'int'),
  }),
  walk,
  parameter: (name = '') => call('get_parameter', `${STRING}, ${STRING}`, name),
  client: (node = '', name = '', limitMs = LIMIT_MS) =>
    call('client_status', `${STRING}, ${STRING}, ${STRING}, int`, node, name, limitMs),
  uuid: (name) => uuid(String(name)),
  filter: (mode = 0) => call('setfmode', 'int, unsigned int', mode),
  signal: (number = 0) => call('setmsgsignal', 'int, int', number),
  queue: (length = 0) => call('set_sendq_len', 'int, int', length),
  watch,
  toAll: (text) => send('sendclustermsg', null, String(text)),
  toNode: (node, text) => send('sendnodemsg', String(node), String(text)),
  receive,
};

for await (const line of createInterface({ input: process.stdin })) {
  const [order = '', ...words] = JSON.parse(line) as [string, ...Word[]];
  const result: unknown = await ORDERS[order]?.(...words);
  process.stdout.write(`${JSON.stringify(result ?? null)}\n`);
}
