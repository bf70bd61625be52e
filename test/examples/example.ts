/** One folder of docs/examples: its files, and the commands of its README. */

import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { blocksOf } from '../docs/blocks.js';
import { REPOSITORY } from '../lab/place.js';

const FOLDER = join(REPOSITORY, 'docs/examples');

/** An address that a line of haresources brings up at home. */
export interface Address {
  readonly home: string;
  readonly address: string;
  readonly device: string;
}

export interface Example {
  readonly name: string;
  /** Commands for both nodes, without the last one, which starts heartbeat. */
  readonly onNodes: readonly string[];
  /** Commands for each other real server; none without. */
  readonly onServers: readonly string[];
  readonly addresses: readonly Address[];
  /** Addresses of the real servers, as ldirectord.cf names them. */
  readonly servers: readonly string[];
  /** A file of the folder; empty when it has none of that name. */
  readonly read: (file: string) => string;
}

const START = '/etc/init.d/heartbeat start';

/** The block below a line of the README that begins with some words. */
function below(readme: string, words: string): readonly string[] {
  const lines = readme.split('\n');
  const place = lines.findIndex((line) => line.startsWith(words));
  return place < 0 ? [] : (blocksOf(lines.slice(place).join('\n'))[0]?.lines ?? []);
}

function addressesOf(haresources: string): readonly Address[] {
  const lines = haresources.split('\n').filter((line) => !line.startsWith('#'));
  return lines.flatMap((line) => {
    const home = line.split(' ')[0] ?? '';
    const words = line.matchAll(/IPaddr::([\d.]+)\/24\/(eth\d)/g);
    return [...words].map(([, address = '', device = '']) => ({ home, address, device }));
  });
}

function example(name: string): Example {
  const read = (file: string): string => {
    const path = join(FOLDER, name, file);
    return existsSync(path) ? readFileSync(path, 'utf8') : '';
  };
  const onNodes = below(read('README.md'), 'On both nodes:');
  if (onNodes.at(-1) !== START) throw new Error(`${name}: its README does not end with ${START}`);
  return {
    name,
    onNodes: onNodes.slice(0, -1),
    onServers: below(read('README.md'), 'On each'),
    addresses: addressesOf(read('haresources')),
    servers: [...read('ldirectord.cf').matchAll(/real=([\d.]+):/g)].map(
      ([, server = '']) => server,
    ),
    read,
  };
}

/** Every example there is. */
export const EXAMPLES: readonly Example[] = readdirSync(FOLDER, { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .map((entry) => example(entry.name));
