/** The vocabulary of the lab: a site where hosts stand, are cabled, powered on and off. */

/** A computer of the lab: its own network, processes, name and disk, on the site's one network. */
export interface HostSpec {
  /** Its `uname -n`; at most 13 characters, since the switch port is named after it. */
  readonly name: string;
  /** Addresses of eth0, each with a prefix length. */
  readonly addresses: readonly string[];
  /** Addresses of eth1, on the site's second network; left out: there is no eth1. */
  readonly secondAddresses?: readonly string[];
  /** Devices that the host sees as /dev/ttyS0, /dev/ttyS1 and so on. */
  readonly serial?: readonly string[];
  /** Trees laid over the machine's own file tree, uppermost first: what a package would install. */
  readonly layers?: readonly string[];
  /** Places of the machine's own tree that the host must not see. */
  readonly hidden?: readonly string[];
  /** Further device files of the machine that the host may use. */
  readonly devices?: readonly string[];
}

/** One line of output. */
export interface Line {
  /** Milliseconds of the site's monotonic clock at its arrival. */
  readonly at: number;
  readonly from: 'out' | 'err';
  readonly text: string;
}

export interface Outcome {
  /** Exit code; 124 when the time ran out, 137 when killed, 127 when it could not be run. */
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** A program that goes on running. */
export interface Task {
  /** Its exit code, once it has ended. */
  readonly ended: Promise<number>;
  /** Writes to its standard input. */
  write(text: string): void;
  /** Kills it and what it started, and waits for the end. Harmless when it has ended. */
  stop(): Promise<void>;
}

export interface RunOptions {
  /** Bytes for standard input, one character each (latin1). */
  readonly stdin?: string;
  /** Default 60 s. */
  readonly timeoutMs?: number;
}

/** The network devices a host may have. */
export type Device = 'eth0' | 'eth1';

/** Everything at once, or only the host's network with the files of the machine below. */
export type Entry = 'host' | 'network';

/**
 * A place with hosts, a switch they are plugged into, and a power socket for each. All instants
 * are of one monotonic clock, `now`. Commands are argument lists, run as root.
 */
export interface Site {
  now(): Promise<number>;
  /** Sets a host up and powers it on. */
  addHost(spec: HostSpec): Promise<void>;
  /** Boots a host: empty /run, the disk as it was. Nothing runs in it but its pid 1. */
  powerOn(host: string): Promise<void>;
  /** Cuts the power: the network goes silent at once, every process is gone without a word. */
  powerOff(host: string): Promise<void>;
  /** Pulls a network cable of the host: the device loses its carrier. Default: eth0. */
  unplug(host: string, device?: Device): Promise<void>;
  plug(host: string, device?: Device): Promise<void>;
  run(host: string, argv: readonly string[], options?: RunOptions): Promise<Outcome>;
  /** Starts a program that goes on; ends with the host, or by `stop`. */
  start(
    host: string,
    argv: readonly string[],
    onLine: (line: Line) => void,
    entry?: Entry,
  ): Promise<Task>;
  /** Hands over the lines of `/var/log/FILE` from its beginning, over power cuts, until stopped. */
  follow(host: string, file: string, onLine: (line: Line) => void): Promise<Task>;
  /** Writes a file of a host that is powered on; directories are made. */
  put(host: string, path: string, text: string, mode?: number): Promise<void>;
  /** Text of a host's `/proc/net/FILE` without starting a program; empty when there is none. */
  readNet(host: string, file: string): Promise<string>;
  /** Ends everything that was started here. */
  close(): Promise<void>;
}

/** The serial cable between the two directors. */
export interface SerialCable {
  /** False while it is cut. */
  readonly whole: boolean;
  /** What is on the line, or waits for it, is lost. */
  cut(): Promise<void>;
  join(): Promise<void>;
  /** Noise can be put into the middle of a frame. */
  readonly hitsFrames: boolean;
  /**
   * Puts bytes (latin1) on the line as if `from` had sent them: after what it has written so far,
   * or, with `inside`, into the middle of its next frame.
   */
  noise(from: string, bytes: string, inside?: boolean): Promise<void>;
}
