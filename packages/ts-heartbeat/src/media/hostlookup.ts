/** Looks up hosts of ha.cf, one after the other. */
import { lookup } from 'node:dns/promises';
import { isIP } from 'node:net';

/**
 * The last question asked. A name server that does not answer holds a thread of Node's small pool
 * for many seconds; with several questions at once nothing else that needs a thread would go on.
 */
let last: Promise<unknown> = Promise.resolve();

/**
 * The first address of a host; an address is its own. Takes as long as the name service does.
 *
 * @throws the error of `dns.lookup`.
 */
export function addressOfHost(host: string, family: 4 | 6): Promise<string> {
  if (isIP(host) === family) return Promise.resolve(host);
  const asked = last.then(async () => (await lookup(host, { family })).address);
  last = asked.catch(() => undefined);
  return asked;
}
