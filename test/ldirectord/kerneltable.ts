/** A table of services and servers that answers ipvsadm's commands as ipvsadm 1.31 and Linux do. */
import net from 'node:net';
import { type Command, EXIT_KERNEL, EXIT_SYNTAX, parseWords, Refusal } from './rules.js';

interface Server {
  forwarding: 'g' | 'i' | 'm';
  weight: number;
  upper: number;
  lower: number;
}

interface Service {
  readonly flag: 't' | 'u' | 'f';
  readonly address: string;
  readonly family: 4 | 6;
  readonly port: number;
  scheduler: string;
  persistent: string;
  mask: string;
  ops: boolean;
  flags: string;
  servers: Record<string, Server>;
}

/** By `-t 10.0.0.1:80`, `-f 1`, `-f 1 -6`: as a rule names them. */
export type Contents = Record<string, Service>;

export interface Answer {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

const SCHEDULERS = new Set('rr wrr lc wlc lblc lblcr dh sh sed nq fo ovf mh'.split(' '));
const WEIGHT_MAX = 65_535;
const FORWARDING_NAME = { g: 'Route', i: 'Tunnel', m: 'Masq' } as const;

interface Endpoint {
  readonly address: string;
  readonly family: 4 | 6;
  readonly port?: number;
}

function parseEndpoint(text: string): Endpoint | undefined {
  const found = /^(?:\[([^\]]*)\]|([^:]*))(?::(\d+))?$/.exec(text);
  const host = found?.[1] ?? found?.[2] ?? '';
  const family = net.isIP(host);
  const port = Number(found?.[3] ?? 0);
  if ((family !== 4 && family !== 6) || port > 65_535) return undefined;
  const address = new net.SocketAddress({ address: host, family: `ipv${family}` }).address;
  return { address, family, ...(found?.[3] !== undefined && { port }) };
}

function printEndpoint({ address, family }: Endpoint, port: number): string {
  return family === 6 ? `[${address}]:${port}` : `${address}:${port}`;
}

export class KernelTable {
  readonly contents: Contents;

  constructor(contents: Contents = {}) {
    this.contents = contents;
  }

  /** Carries out one call of ipvsadm. */
  call(words: readonly string[], stdin: () => string): Answer {
    try {
      return { code: 0, stdout: this.#run(parseWords(words), stdin), stderr: '' };
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      return { code: error.code, stdout: '', stderr: `${error.message}\n` };
    }
  }

  #run(command: Command, stdin: () => string): string {
    switch (command.verb) {
      case 'C':
        for (const key of Object.keys(this.contents)) delete this.contents[key];
        return '';
      case 'Z':
        return '';
      case 'R':
        this.#restore(stdin());
        return '';
      case 'S':
        return this.save();
      case 'L':
        return command.thresholds ? this.#listThresholds() : this.#list();
      case 'A':
      case 'E':
        this.#putService(command);
        return '';
      case 'D':
        if (!this.#service(command)) throw new Refusal(EXIT_KERNEL, 'No such service');
        delete this.contents[serviceKey(command)];
        return '';
      default:
        this.#changeServer(command);
        return '';
    }
  }

  /** Goes on after what the kernel refuses; ends at words that it cannot read; 0 in either case. */
  #restore(rules: string): void {
    for (const line of rules.split('\n')) {
      if (line.trim() === '') continue;
      try {
        this.#run(parseWords(line.trim().split(/\s+/)), () => '');
      } catch (error) {
        if (!(error instanceof Refusal)) throw error;
        if (error.code === EXIT_SYNTAX) return;
      }
    }
  }

  #service(command: Command): Service | undefined {
    return this.contents[serviceKey(command)];
  }

  #putService(command: Command): void {
    const key = serviceKey(command);
    const { values, ops } = command;
    const { flag, address, family, port } = parseService(command);
    const persistent = values.get('p') ?? '';
    const mask = values.get('M') ?? '';
    if (flag !== 'f' && port === 0 && persistent === '') {
      throw new Refusal(EXIT_SYNTAX, 'Zero port specified for non-persistent service');
    }
    if (ops && flag === 't') {
      throw new Refusal(EXIT_SYNTAX, 'One-Packet Scheduling is only for UDP virtual services');
    }
    if (mask !== '' && family === 4 && net.isIP(mask) !== 4) {
      throw new Refusal(EXIT_SYNTAX, 'illegal virtual server persistent mask specified');
    }
    const present = this.contents[key];
    const scheduler = values.get('s') ?? 'wlc';
    if (command.verb === 'A' && present) throw new Refusal(EXIT_KERNEL, 'Service already exists');
    if (!SCHEDULERS.has(scheduler)) {
      throw new Refusal(EXIT_KERNEL, 'Scheduler or persistence engine not found');
    }
    if (command.verb === 'E' && !present) throw new Refusal(EXIT_KERNEL, 'No such service');
    this.contents[key] = {
      ...{ flag, address, family, port, scheduler, persistent, ops },
      mask: persistent === '' ? '' : mask,
      flags: values.get('b') ?? '',
      servers: present?.servers ?? {},
    };
  }

  #changeServer({ verb, values, forwarding, ...rest }: Command): void {
    const command = { verb, values, forwarding, ...rest };
    const name = values.get('r');
    if (name === undefined) {
      throw new Refusal(EXIT_SYNTAX, "You need to supply the 'real-server' option for the command");
    }
    const target = parseService(command);
    const real = parseEndpoint(name);
    if (!real) throw new Refusal(EXIT_SYNTAX, 'illegal real server address[:port] specified');
    const weight = values.get('w') ?? '1';
    if (!/^\d+$/.test(weight) || Number(weight) > WEIGHT_MAX) {
      throw new Refusal(EXIT_SYNTAX, 'illegal weight specified');
    }
    // For direct routing and tunnels the kernel knows the port of the service alone.
    const forced = verb !== 'd' && target.flag !== 'f' && forwarding !== 'm';
    const key = printEndpoint(real, forced ? target.port : (real.port ?? target.port));
    const service = this.#service(command);
    if (!service) throw new Refusal(EXIT_KERNEL, 'Service not defined');
    const present = service.servers[key];
    if (verb === 'a' && present) throw new Refusal(EXIT_KERNEL, 'Destination already exists');
    if (verb !== 'a' && !present) throw new Refusal(EXIT_KERNEL, 'No such destination');
    if (verb === 'd') delete service.servers[key];
    else {
      service.servers[key] = {
        forwarding,
        weight: Number(weight),
        upper: Number(values.get('x') ?? 0),
        lower: Number(values.get('y') ?? 0),
      };
    }
  }

  /** As `ipvsadm -S -n` prints it: a line for each service and server, in the kernel's order. */
  save(): string {
    return this.#lines(
      (key, { scheduler, persistent, mask, ops, flags }) =>
        [
          `-A ${key} -s ${scheduler}`,
          persistent && `-p ${persistent}`,
          shownMask(mask) && `-M ${mask}`,
          ops && '-o',
          flags && `-b ${flags}`,
        ]
          .filter(Boolean)
          .join(' '),
      (name, { forwarding, weight }, key) => `-a ${key} -r ${name} -${forwarding} -w ${weight}`,
    );
  }

  #list(): string {
    const head = [
      'IP Virtual Server version 1.2.1 (size=4096)',
      'Prot LocalAddress:Port Scheduler Flags',
      '  -> RemoteAddress:Port           Forward Weight ActiveConn InActConn\n',
    ];
    const body = this.#lines(
      (key, service) => `${shownName(key)} ${shownOptions(service)}`,
      (name, { forwarding, weight }) =>
        `  -> ${name.padEnd(28)} ${FORWARDING_NAME[forwarding].padEnd(7)} ` +
        `${String(weight).padEnd(6)} ${'0'.padEnd(10)} ${'0'.padEnd(10)}`,
    );
    return head.join('\n') + body;
  }

  #listThresholds(): string {
    const columns = ['Uthreshold', 'Lthreshold', 'ActiveConn', 'InActConn'];
    const title = 'Prot LocalAddress:Port'.padEnd(33);
    const head = [
      'IP Virtual Server version 1.2.1 (size=4096)',
      `${title} ${columns.map((column) => column.padEnd(10)).join(' ')}`,
      '  -> RemoteAddress:Port\n',
    ];
    const body = this.#lines(
      (key, service) => `${shownName(key)} ${shownOptions(service)}`,
      (name, { upper, lower }) =>
        `  -> ${name.padEnd(28)} ${[upper, lower, 0, 0].map((n) => String(n).padEnd(10)).join(' ')}`,
    );
    return head.join('\n') + body;
  }

  #lines(
    ofService: (key: string, service: Service) => string,
    ofServer: (name: string, server: Server, key: string) => string,
  ): string {
    const services = Object.entries(this.contents).sort(([, a], [, b]) => order(a, b));
    return services
      .flatMap(([key, service]) => [
        ofService(key, service),
        ...Object.entries(service.servers)
          .map(([name, server]) => ({ name, server, place: placeOf(name) }))
          .sort((a, b) => (a.place < b.place ? -1 : 1))
          .map(({ name, server }) => ofServer(name, server, key)),
      ])
      .map((line) => `${line}\n`)
      .join('');
  }
}

function shownMask(mask: string): boolean {
  return mask !== '' && mask !== '255.255.255.255' && mask !== '128';
}

function shownName(key: string): string {
  const [flag = '', name = '', six] = key.slice(1).split(' ');
  if (flag === 'f') return `FWM  ${name}${six === undefined ? '' : ' IPv6'}`;
  return `${flag === 't' ? 'TCP' : 'UDP'}  ${name}`;
}

function shownOptions({ scheduler, flags, persistent, mask, ops }: Service): string {
  const parts = [
    scheduler,
    flags && `(${flags})`,
    persistent && `persistent ${persistent}`,
    shownMask(mask) && `mask ${mask}`,
    ops && 'ops',
  ];
  return parts.filter(Boolean).join(' ');
}

/** @throws Refusal when there is no service, or one that cannot be */
function parseService(command: Command): Pick<Service, 'flag' | 'address' | 'family' | 'port'> {
  const { service, ipv6 } = command;
  if (!service) {
    throw new Refusal(EXIT_SYNTAX, "You need to supply the 'service' option for the command");
  }
  const { flag, value } = service;
  if (flag === 'f') {
    if (!/^\d+$/.test(value) || Number(value) === 0) {
      throw new Refusal(EXIT_SYNTAX, `invalid fwmark value \`${value}' specified`);
    }
    return { flag, address: String(Number(value)), family: ipv6 ? 6 : 4, port: 0 };
  }
  const found = parseEndpoint(value);
  if (!found) throw new Refusal(EXIT_SYNTAX, 'illegal virtual server address[:port] specified');
  return { flag, address: found.address, family: found.family, port: found.port ?? 0 };
}

function serviceKey(command: Command): string {
  const { flag, address, family, port } = parseService(command);
  if (flag === 'f') return `-f ${address}${family === 6 ? ' -6' : ''}`;
  return `-${flag} ${printEndpoint({ address, family }, port)}`;
}

/** Addresses before marks; then family, protocol, address and port. */
function order(a: Service, b: Service): number {
  const rank = ({ flag }: Service) => (flag === 'f' ? Number.MAX_SAFE_INTEGER : 0);
  if (rank(a) !== rank(b)) return rank(a) - rank(b);
  if (a.flag === 'f') return Number(a.address) - Number(b.address) || a.family - b.family;
  if (a.family !== b.family) return a.family - b.family;
  if (a.flag !== b.flag) return a.flag < b.flag ? -1 : 1;
  const [one, other] = [a, b].map((service) => printEndpoint(service, service.port));
  return placeOf(one ?? '') < placeOf(other ?? '') ? -1 : 1;
}

/** Sorts as the kernel lists them. */
function placeOf(endpoint: string): string {
  const { address = '', family = 4, port = 0 } = parseEndpoint(endpoint) ?? {};
  return `${family} ${sortable(address)} ${String(port).padStart(5, '0')}`;
}

/** An address whose texts sort as its bytes do. */
function sortable(address: string): string {
  if (net.isIPv4(address)) return address.replace(/\d+/g, (octet) => octet.padStart(3, '0'));
  const [head = '', tail] = address.split('::');
  const groups = (text: string) => (text === '' ? [] : text.split(':'));
  const fill = tail === undefined ? 0 : 8 - groups(head).length - groups(tail).length;
  const all = [...groups(head), ...Array(fill).fill('0'), ...groups(tail ?? '')];
  return all.map((group) => String(group).padStart(4, '0')).join(':');
}
