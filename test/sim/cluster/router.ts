/** The router in front of the cluster: which host it takes for the owner of each address. */

export class Router {
  /** By address: the name of the host whose announcement came last. */
  readonly arp = new Map<string, string>();
  readonly #heard: (address: string, node: string) => void;

  constructor(heard: (address: string, node: string) => void) {
    this.#heard = heard;
  }

  /** A gratuitous ARP of that host. */
  announce(address: string, node: string): void {
    this.arp.set(address, node);
    this.#heard(address, node);
  }
}
