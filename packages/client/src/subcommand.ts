/** The sub-commands of cl_status, with the texts and exit codes of heartbeat 3.0.6. */
import { FIELD } from '@ts-heartbeat/core/message/fields';
import type { Message } from '@ts-heartbeat/core/message/message';

import { ClientError, type HeartbeatClient } from './client.js';
import { getopt, type Options } from './getopt.js';

/** Exit codes of cl_status. */
export const EXIT = { ok: 0, no: 1, parameter: 11, timeout: 12, unknown: 13 } as const;

/** What a sub-command works with. */
export interface Setting {
  readonly client: HeartbeatClient;
  /** Standard output, without the newline. */
  readonly print: (line: string) => void;
  /** Standard error, bare. */
  readonly complain: (line: string) => void;
  /** Standard error in the form of the log, as an error. */
  readonly report: (text: string) => void;
}

export interface Subcommand {
  /** Its option letters in getopt's form. */
  readonly letters: string;
  /** How it calls a bad option; absent: it overlooks it. */
  readonly optionError?: string;
  readonly run: (setting: Setting, options: Options) => Promise<number>;
}

const CHARACTER = 'Error: getopt returnedcharacter ?.';
const CHARACTER_CODE = 'Error: getopt returnedcharacter code ?.';

/** How long `clientstatus` waits by default (heartbeat 3.0.6). */
const CLIENT_STATUS_MS = 500;

function has(options: Options, letter: string): boolean {
  return options.found.some((option) => option.letter === letter);
}

/** A sub-command of the plain kind: option `m`, and so many operands. */
function plain(
  count: number,
  tooFew: string,
  run: (setting: Setting, human: boolean, operands: readonly string[]) => Promise<number>,
): Subcommand {
  return {
    letters: 'm',
    optionError: CHARACTER,
    run: async (setting, options) => {
      if (options.operands.length >= count) {
        return run(setting, has(options, 'm'), options.operands);
      }
      setting.complain(tooFew);
      return EXIT.parameter;
    },
  };
}

/** The value of one field of a single reply; undefined when the daemon refuses the request. */
async function askFor(
  client: HeartbeatClient,
  type: string,
  fields: Readonly<Record<string, string>>,
  name: string,
): Promise<string | undefined> {
  try {
    const [reply] = await client.request(type, fields);
    return reply?.get(name);
  } catch (error) {
    if (error instanceof ClientError && error.code === 'badRequest') return undefined;
    throw error;
  }
}

/** A question about one node whose answer is one word. */
function aboutNode(
  type: string,
  field: string,
  words: {
    readonly tooFew: string;
    readonly wrong: string;
    readonly human: (node: string, value: string) => string;
    readonly exit?: (value: string) => number;
  },
): Subcommand {
  return plain(1, words.tooFew, async ({ client, print, complain }, human, [node = '']) => {
    const value = await askFor(client, type, { node }, field);
    if (value === undefined) {
      complain(words.wrong);
      return EXIT.parameter;
    }
    print(human ? words.human(node, value) : value);
    return words.exit?.(value) ?? EXIT.ok;
  });
}

const ALIVE = ['active', 'up', 'ping'];

const nodestatus = aboutNode('nodestatus', FIELD.status, {
  tooFew: 'Not enough parameters.',
  wrong: 'Error. May be due to incorrect node name',
  human: (node, value) => `The cluster node ${node} is ${value}`,
  exit: (value) => (ALIVE.includes(value) ? EXIT.ok : EXIT.no),
});

const nodetype = aboutNode('nodetype', FIELD.nodeType, {
  tooFew: 'No enough parameter.',
  wrong: 'Error. May be due to incorrect node name',
  human: (node, value) => `The node ${node}'s type: ${value}`,
});

const nodeweight = aboutNode('nodeweight', FIELD.weight, {
  tooFew: 'Not enough parameters.',
  wrong: 'Error. Maybe due to incorrect node name.',
  human: (node, value) => `The weight of the cluster node ${node} is ${value}`,
});

const nodesite = aboutNode('nodesite', FIELD.site, {
  tooFew: 'Not enough parameters.',
  wrong: 'Error. May be due to incorrect node name',
  human: (node, value) => `The site of the cluster node ${node} is ${value}`,
});

/** The client library walks lists from the end. */
async function walk(
  client: HeartbeatClient,
  type: string,
  fields: Readonly<Record<string, string>> = {},
): Promise<readonly Message[]> {
  return [...(await client.request(type, fields))].reverse();
}

/** Prints a node's links; false when there is no such node. */
async function printLinks(
  setting: Setting,
  node: string,
  show: { readonly human: boolean; readonly verbose: boolean },
): Promise<boolean> {
  const { client, print, report } = setting;
  let links: readonly Message[];
  try {
    links = await walk(client, 'iflist', { node });
  } catch (error) {
    if (!(error instanceof ClientError) || error.code !== 'badRequest') throw error;
    report('Cannot start heartbeat link interface walk.');
    report(`REASON: ${error.message}`);
    return false;
  }
  if (show.human) print('\tthis node has the following heartbeat links:');
  for (const link of links) {
    const name = link.get(FIELD.interface);
    if (name === undefined) continue;
    print(show.verbose ? `\t${name}\t${link.get(FIELD.status) ?? ''}` : `\t${name}`);
  }
  return true;
}

const listhblinks: Subcommand = {
  letters: 'mv',
  optionError: CHARACTER_CODE,
  run: async (setting, options) => {
    const [node] = options.operands;
    if (node === undefined) {
      setting.complain('No enough parameter.');
      return EXIT.parameter;
    }
    const show = { human: has(options, 'm'), verbose: has(options, 'v') };
    return (await printLinks(setting, node, show)) ? EXIT.ok : EXIT.unknown;
  },
};

interface ListedNode {
  readonly name: string;
  readonly type: string;
  readonly status: string;
}

/** The nodes; a daemon older than 3.0 has to be asked for type and status one by one. */
async function nodesOf(client: HeartbeatClient): Promise<readonly ListedNode[]> {
  const nodes: ListedNode[] = [];
  for (const reply of await walk(client, 'nodelist')) {
    const node = reply.get(FIELD.node) ?? '';
    const type =
      reply.get(FIELD.nodeType) ?? (await askFor(client, 'nodetype', { node }, FIELD.nodeType));
    const status =
      reply.get(FIELD.status) ?? (await askFor(client, 'nodestatus', { node }, FIELD.status));
    nodes.push({ name: node, type: type ?? 'unknown', status: status ?? 'unknown' });
  }
  return nodes;
}

async function printNodes(
  setting: Setting,
  show: { readonly human: boolean; readonly verbose: boolean; readonly types: readonly string[] },
): Promise<number> {
  const { client, print } = setting;
  if (show.human) print('The nodes are as follow:');
  for (const { name, type, status } of await nodesOf(client)) {
    if (show.types.length > 0 && !show.types.includes(type)) continue;
    if (!show.verbose) {
      print(name);
      continue;
    }
    print(`\n${name}\t${status}\t(nodetype: ${type})`);
    await printLinks(setting, name, show);
  }
  return EXIT.ok;
}

const listnodes: Subcommand = {
  letters: 'mpnv',
  optionError: CHARACTER_CODE,
  run: (setting, options) => {
    const types = [has(options, 'n') ? ['normal'] : [], has(options, 'p') ? ['ping'] : []].flat();
    return printNodes(setting, { human: has(options, 'm'), verbose: has(options, 'v'), types });
  },
};

/** Prints that heartbeat runs, or with `-v` what it is. */
const hbstatus: Subcommand = {
  letters: 'mv',
  run: async (setting, options) => {
    const { client, print } = setting;
    if (!has(options, 'v')) {
      print('Heartbeat is running on this machine.');
      return EXIT.ok;
    }
    const human = has(options, 'm');
    const manager = await managerOf(client);
    const version = client.daemon.version ?? 'unknown';
    if (human) {
      const by = manager === undefined ? '"haresources"' : 'Pacemaker.';
      print(`Heartbeat version ${version}\nResources controlled by ${by}`);
    } else {
      const by = manager === undefined ? '"haresources"' : `pacemaker\t(${manager})`;
      print(`version:\t${version}\nmanaged by:\t${by}`);
    }
    return printNodes(setting, { human, verbose: true, types: [] });
  },
};

/** The directive that hands resources to pacemaker; undefined in a haresources cluster. */
async function managerOf(client: HeartbeatClient): Promise<string | undefined> {
  const said = client.daemon.pacemaker;
  // Daemons before 3.0 do not say; then ha.cf does.
  const value =
    said ??
    (await askFor(client, 'getparm', { pname: 'pacemaker' }, FIELD.parameterValue)) ??
    (await askFor(client, 'getparm', { pname: 'crm' }, FIELD.parameterValue));
  return value === undefined || /^(no|off|false|n|0)$/i.test(value) ? undefined : value;
}

const hblinkstatus = plain(
  2,
  'No enough parameter.',
  async ({ client, print, report }, human, [node = '', link = '']) => {
    const status = await askFor(client, 'ifstatus', { node, ifname: link }, FIELD.status);
    if (status === undefined) {
      report('Cannot get heartbeat link status');
      report('REASON: ');
      return EXIT.unknown;
    }
    print(human ? `The node ${node}'s heartbeat link ${link} is ${status}` : status);
    return status === 'up' ? EXIT.ok : EXIT.no;
  },
);

const CLIENT_STATES: readonly string[] = ['online', 'offline', 'join', 'leave'];

const clientstatus = plain(2, 'No enough parameter.', async (setting, _human, operands) => {
  const [node = '', name = '', limit] = operands;
  const timeoutMs = limit === undefined ? CLIENT_STATUS_MS : Number.parseInt(limit, 10);
  const status = CLIENT_STATES.indexOf(await clientStatus(setting.client, node, name, timeoutMs));
  if (status < 0) {
    setting.report(`Cannot get heartbeat client ${name}'s status`);
    setting.report('REASON: No timely response.');
    return EXIT.unknown;
  }
  setting.print(CLIENT_STATES[status] ?? '');
  return status;
});

/** What a node says of a client; empty when it does not, or not in time. */
async function clientStatus(
  client: HeartbeatClient,
  node: string,
  name: string,
  timeoutMs: number,
): Promise<string> {
  if (!(timeoutMs > 0)) return '';
  try {
    const [reply] = await client.request('clientstatus', { node, cn: name }, timeoutMs);
    return reply?.get(FIELD.clientStatus) ?? '';
  } catch (error) {
    if (error instanceof ClientError && error.code !== 'closed') return '';
    throw error;
  }
}

const rscstatus: Subcommand = {
  letters: 'm',
  optionError: CHARACTER,
  run: async (setting, options) => {
    const { client, print, report } = setting;
    if ((await managerOf(client)) !== undefined) {
      report('Cannot get cluster resource status of a pacemaker cluster; try crm_mon');
      return EXIT.unknown;
    }
    const held = await askFor(client, 'getrsc', {}, FIELD.resourcesHeld);
    if (held === undefined) {
      report('Cannot get cluster resource status');
      report('REASON: ');
      return EXIT.unknown;
    }
    print(has(options, 'm') ? `This node is holding ${held} resources.` : held);
    return EXIT.ok;
  },
};

/** Parameters that the daemon tells of itself; of its version it says more there than here. */
const SAID_AT_SIGN_ON: Readonly<Record<string, (client: HeartbeatClient) => string | undefined>> = {
  hbversion: ({ daemon }) => daemon.version,
  pacemaker: ({ daemon }) => daemon.pacemaker,
};

const hbparameter: Subcommand = {
  letters: 'mp:',
  optionError: CHARACTER_CODE,
  run: async ({ client, print, report }, options) => {
    const name = options.found.filter(({ letter }) => letter === 'p').at(-1)?.argument;
    if (name === undefined) {
      report('parameter name required');
      return EXIT.parameter;
    }
    const value =
      SAID_AT_SIGN_ON[name]?.(client) ??
      (await askFor(client, 'getparm', { pname: name }, FIELD.parameterValue));
    if (value === undefined) {
      report(`Cannot get parameter ${name}'s value`);
      report('REASON: ');
      return EXIT.no;
    }
    print(has(options, 'm') ? `Heartbeat parameter ${name}'s value: ${value}` : value);
    return EXIT.ok;
  },
};

/** Undocumented, but there. */
const test: Subcommand = {
  letters: '',
  run: async ({ client, print }) => {
    const { deadtimeMs, keepaliveMs, node } = client.daemon;
    const held = await askFor(client, 'getrsc', {}, FIELD.resourcesHeld);
    print(`Dead time: ${deadtimeMs}\n keeplive time: ${keepaliveMs}`);
    print(` mynodeid: ${node}\n rsc: ${held ?? ''}`);
    return EXIT.ok;
  },
};

export const SUBCOMMANDS: ReadonlyMap<string, Subcommand> = new Map([
  ['hbstatus', hbstatus],
  ['listnodes', listnodes],
  ['nodestatus', nodestatus],
  ['nodetype', nodetype],
  ['nodeweight', nodeweight],
  ['nodesite', nodesite],
  ['listhblinks', listhblinks],
  ['hblinkstatus', hblinkstatus],
  ['clientstatus', clientstatus],
  ['rscstatus', rscstatus],
  ['hbparameter', hbparameter],
  ['test', test],
]);

/** Reads the options and runs a sub-command; gives the exit code. */
export function runSubcommand(
  name: string,
  subcommand: Subcommand,
  setting: Setting,
  words: readonly string[],
): Promise<number> {
  const options = getopt(name, subcommand.letters, words);
  const { complaints } = options;
  if (subcommand.optionError === undefined) {
    // Only hbstatus looks at its options and overlooks what is wrong with them.
    if (subcommand.letters !== '') for (const complaint of complaints) setting.complain(complaint);
    return subcommand.run(setting, options);
  }
  const [first] = complaints;
  if (first === undefined) return subcommand.run(setting, options);
  setting.complain(first);
  setting.report(subcommand.optionError);
  return Promise.resolve(EXIT.parameter);
}
