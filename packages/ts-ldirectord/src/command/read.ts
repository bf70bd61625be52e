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
  /** Of an earlier reading: a name that cannot be resolved any more keeps its address. */
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
  const found = await gather(curious.questions, hostName);
  const facts = earlier ? keepAddresses(found, earlier) : found;
  const result = parse(text, source.file, machineOf(facts), { debug });
  return { ...result, facts, digest: digestOf(bytes) };
}

function keepAddresses(found: Facts, earlier: Facts): Facts {
  const answers = Object.entries(found.answers).map(([key, answer]) => {
    const kept = answer ?? (key.startsWith('host ') ? earlier.answers[key] : null) ?? null;
    return [key, kept] as const;
  });
  return { ...found, answers: Object.fromEntries(answers) };
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
