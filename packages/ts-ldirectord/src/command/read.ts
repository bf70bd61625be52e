/** Reads a configuration file of this machine. */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { CuriousMachine, type Facts, machineOf } from '../config/machine.js';
import { type ParseResult, parse } from '../config/parse.js';
import { gather } from './gather.js';

export interface Source {
  /** As it stands in messages. */
  readonly file: string;
  /** Where it is, whatever the working directory. */
  readonly path: string;
}

export interface ReadResult extends ParseResult {
  /** MD5 of what was read; absent when the file could not be read. */
  readonly digest?: string;
  /** What the machine answered; absent when the file could not be read. */
  readonly facts?: Facts;
}

export interface ReadOptions {
  readonly hostName: string;
  readonly debug: boolean;
  /** Of an earlier reading: a name keeps its address while it has it, or has none. */
  readonly earlier?: Facts;
}

/** Where the log goes while nothing is known. */
export const DEFAULT_LOG = { logfile: '/var/log/ldirectord.log', supervised: false } as const;

/** Reads, gathers what the text asks of the machine, and parses. Never rejects. */
export async function readConfiguration(source: Source, options: ReadOptions): Promise<ReadResult> {
  const { hostName, debug, earlier } = options;
  let bytes: Buffer;
  try {
    bytes = readFileSync(source.path);
  } catch {
    return unreadable(source.file);
  }
  const text = bytes.toString('latin1');
  const curious = new CuriousMachine();
  parse(text, source.file, curious, { debug });
  const facts = await gather(curious.questions, hostName, earlier);
  const result = parse(text, source.file, machineOf(facts), { debug });
  return { ...result, facts, digest: digestOf(bytes) };
}

/** What two contents of a file are told apart by (ldirectord 4.12 uses MD5 as well). */
export function digestOf(bytes: Buffer): string {
  return createHash('md5').update(bytes).digest('hex');
}

function unreadable(file: string): ReadResult {
  const text = `can not open file ${file}`;
  const place = { file, line: 0, column: 0 };
  const problem = { ...place, code: 'UNUSABLE_FILE', severity: 'error', text } as const;
  return { problems: [problem], log: DEFAULT_LOG };
}
