/** From cases to lines of ldirectord.cf, and from there to the checks that ldirectord makes. */
import { writeFileSync } from 'node:fs';
import type { CheckSpec } from 'ts-ldirectord/checks/check';
import { readConfiguration } from 'ts-ldirectord/command/read';
import { checkingOf } from 'ts-ldirectord/director/checkspec';
import type { Directives } from './cases/servicecase.js';

/** One virtual with one real. */
export interface Block {
  readonly virtual: { readonly address: string; readonly port: number };
  readonly real: { readonly address: string; readonly port: number };
  readonly six: boolean;
  readonly weight: number;
  readonly lines: Directives;
}

function place(at: { readonly address: string; readonly port: number }, six: boolean): string {
  return six ? `[${at.address}]:${at.port}` : `${at.address}:${at.port}`;
}

export function blockText({ virtual, real, six, weight, lines }: Block): string {
  const version = six ? '6' : '';
  return [
    `virtual${version}=${place(virtual, six)}`,
    `\treal${version}=${place(real, six)} masq ${weight}`,
    ...Object.entries(lines).map(([name, value]) => `\t${name}=${value}`),
    '',
    '',
  ].join('\n');
}

/** The check of the only real of a block, as ldirectord would make it. */
export async function specOf(block: Block, seconds: number): Promise<CheckSpec> {
  const file = '/run/one.cf';
  const limits = { checktimeout: `${seconds}`, negotiatetimeout: `${seconds}` };
  writeFileSync(file, blockText({ ...block, lines: { ...limits, ...block.lines } }));
  const options = { hostName: 'director.test', debug: false };
  const { configuration, problems } = await readConfiguration({ file, path: file }, options);
  const [virtual] = configuration?.virtuals ?? [];
  const [real] = virtual?.reals ?? [];
  if (virtual === undefined || real === undefined) throw new Error(JSON.stringify(problems));
  const checking = checkingOf(virtual, real);
  if (checking.kind !== 'check') throw new Error('this needs no check');
  return checking.spec;
}
