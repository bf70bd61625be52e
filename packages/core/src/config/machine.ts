/** What a configuration depends on beside its own text: users, interfaces, files, host names. */

export interface Account {
  readonly uid: number;
  /** The primary group. */
  readonly gid: number;
}

export interface InterfaceFacts {
  readonly index: number;
  /** The primary IPv4 address; absent when it has none. An interface that is down still has one. */
  readonly address?: string;
}

/** The IPv4 addresses of a host, or the reason why there are none, as strerror words it. */
export type Resolution = { readonly addresses: readonly string[] } | { readonly reason: string };

/** A fencing device driver. */
export interface StonithType {
  /** How many parameters it must be given; absent where that is not known. */
  readonly parameters?: number;
  /** Parameters are `name=value` words: an agent of the package fence-agents. */
  readonly named?: true;
}

/**
 * The machine as the parsers see it. Every question is answered at once, and the same question
 * always gets the same answer, so a reading is a function of the texts and the machine. Asking
 * never throws.
 */
export interface Machine {
  /** What `uname -n` prints. */
  readonly hostName: string;
  /** The text of the file `nodeinfo`, whose first line overrides the host name. */
  readonly nodeinfo?: string;
  user(name: string): Account | undefined;
  /** The number of a group. */
  group(name: string): number | undefined;
  networkInterface(name: string): InterfaceFacts | undefined;
  /** What stands at a path; links are followed. */
  fileKind(path: string): 'none' | 'character device' | 'other';
  /** True where access(2) allows execution; that includes directories. */
  isExecutable(path: string): boolean;
  isReadable(path: string): boolean;
  /** IPv4 only. Never asked for an address in dots. */
  resolve(host: string): Resolution;
  /** The UDP port of a service name. */
  udpPort(service: string): number | undefined;
  /** The name of the service that has this UDP port. */
  udpService(port: number): string | undefined;
  stonithType(type: string): StonithType | undefined;
}
