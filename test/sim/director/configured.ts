/** Reads a plan's text by the product's own parser, on a machine that knows no names. */

import { canonicalAddress } from 'ts-ldirectord/config/address';
import type { Configuration } from 'ts-ldirectord/config/config';
import type { Machine } from 'ts-ldirectord/config/machine';
import { parse } from 'ts-ldirectord/config/parse';

const MACHINE: Machine = {
  hostName: 'director',
  resolveHost: (name, family) => canonicalAddress(name, family),
  resolveService: () => undefined,
  appendError: () => undefined,
  isDirectory: () => true,
};

/** Undefined when the file has an error. */
export function configurationOf(text: string): Configuration | undefined {
  return parse(text, '/etc/ha.d/ldirectord.cf', MACHINE).configuration;
}
