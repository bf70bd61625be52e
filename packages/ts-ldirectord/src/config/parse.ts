/** Reads ldirectord.cf: the text and the machine in, a configuration and all its problems out. */
import { readBlock } from './block.js';
import type { Configuration } from './config.js';
import { type GlobalsDraft, newGlobals } from './draft.js';
import { effectiveGlobals, effectiveVirtual } from './effective.js';
import { GLOBAL_DIRECTIVES } from './global-directives.js';
import {
  FILE_SIZE_MAX,
  isBlank,
  isComment,
  LINE_LENGTH_MAX,
  type Line,
  readDirective,
  splitLines,
  valueColumn,
} from './lines.js';
import type { Machine } from './machine.js';
import { type Problem, ProblemList, WHOLE_FILE } from './problem.js';
import { type Block, Settler } from './settle.js';

/** Where the log goes by what has been read of a file. */
export interface LogTarget {
  readonly logfile: string;
  readonly supervised: boolean;
}

export interface ParseResult {
  /** Absent exactly when there is an error among the problems. */
  readonly configuration?: Configuration;
  /** In the order ldirectord 4.12 meets them; it stops at the first error. */
  readonly problems: readonly Problem[];
  /** As it stood at the first error, where ldirectord 4.12 writes its last line; else at the end. */
  readonly log: LogTarget;
}

export interface ParseOptions {
  /** `-d`. */
  readonly debug?: boolean;
}

/**
 * Parses the text of a file, decoded as latin1. Never throws; the time it takes is bounded by the
 * size of the text.
 *
 * @param file the name that stands in messages
 */
export function parse(
  text: string,
  file: string,
  machine: Machine,
  options: ParseOptions = {},
): ParseResult {
  const parser = new Parser(file, machine, options.debug ?? false);
  if (text.length > FILE_SIZE_MAX) parser.tooLarge(0, `file is longer than ${FILE_SIZE_MAX} bytes`);
  else parser.file(splitLines(text));
  return parser.result();
}

class Parser {
  readonly #file: string;
  readonly #machine: Machine;
  readonly #problems: ProblemList;
  readonly #settler: Settler;
  readonly #globals: GlobalsDraft;
  readonly #blocks = new Map<string, Block>();
  #logAtFirstError: LogTarget | undefined;

  constructor(file: string, machine: Machine, debug: boolean) {
    this.#file = file;
    this.#machine = machine;
    this.#problems = new ProblemList(file);
    this.#settler = new Settler(machine, this.#problems);
    this.#globals = newGlobals(debug);
  }

  tooLarge(line: number, text: string): void {
    this.#problems.error({ ...WHOLE_FILE, line }, 'TOO_LARGE', text);
    this.#noteLog();
  }

  file(lines: readonly Line[]): void {
    const long = lines.filter((line) => line.text.length > LINE_LENGTH_MAX);
    for (const line of long) {
      this.tooLarge(line.number, `line is longer than ${LINE_LENGTH_MAX} bytes`);
    }
    if (long.length > 0) return;
    for (let index = 0; index < lines.length; ) {
      const line = lines[index];
      if (!line) break;
      index = this.#line(lines, line, index);
      this.#noteLog();
    }
  }

  /** Reads what begins at that line; returns the index of the line after it. */
  #line(lines: readonly Line[], line: Line, index: number): number {
    const directive = readDirective(line.text);
    if (directive?.name === 'virtual' || directive?.name === 'virtual6') {
      return this.#virtual(lines, index, directive.name);
    }
    if (!isBlank(line.text) && !isComment(line.text)) this.#global(line);
    return index + 1;
  }

  #global(line: Line): void {
    const place = { line: line.number, column: valueColumn(line.text) };
    const directive = readDirective(line.text);
    const context = {
      draft: this.#globals,
      place,
      machine: this.#machine,
      problems: this.#problems,
    };
    if (directive && GLOBAL_DIRECTIVES.get(directive.name)?.(directive.value, context)) return;
    if (line.text.startsWith('supervised')) this.#bareSupervised(line);
    else {
      const start = { line: line.number, column: 1 };
      this.#problems.error(start, 'UNKNOWN_DIRECTIVE', `Unknown command ${line.raw} `);
    }
  }

  #bareSupervised(line: Line): void {
    const place = { line: line.number, column: 1 };
    if (isBlank(line.text.slice('supervised'.length))) {
      this.#globals.supervised = true;
      const text = 'please update your config not to use a bare supervised directive';
      this.#problems.warning(place, 'OBSOLETE_DIRECTIVE', text);
    } else this.#problems.error(place, 'BAD_VALUE', "supervised must be 'yes' or 'no'");
  }

  #virtual(lines: readonly Line[], index: number, name: 'virtual' | 'virtual6'): number {
    const family = name === 'virtual' ? 'ipv4' : 'ipv6';
    const { draft, place, next } = readBlock(lines, index, family, this.#machine, this.#problems);
    const block = draft && this.#settler.settle(draft, place);
    const last = { line: Math.min(next + 1, lines.length), column: 1 };
    // ldirectord 4.12 reads a last line that opens a block twice over, and so finds a duplicate.
    const twice = next === index + 1 && next === lines.length;
    if (block && (this.#blocks.has(block.id) || twice)) {
      this.#problems.error(last, 'DUPLICATE_VIRTUAL', 'duplicate virtual server');
    } else if (block) this.#blocks.set(block.id, block);
    return next;
  }

  #noteLog(): void {
    if (!this.#problems.failed || this.#logAtFirstError) return;
    this.#logAtFirstError = this.#log();
  }

  #log(): LogTarget {
    return { logfile: this.#globals.logfile, supervised: this.#globals.supervised };
  }

  result(): ParseResult {
    const blocks = [...this.#blocks.values()];
    if (!this.#globals.fork && !this.#problems.failed) this.#warnOfIntervals(blocks);
    const problems = this.#problems.found;
    const log = this.#logAtFirstError ?? this.#log();
    if (this.#problems.failed) return { problems, log };
    const configuration: Configuration = {
      file: this.#file,
      globals: effectiveGlobals(this.#globals, blocks),
      virtuals: blocks.map((block) => effectiveVirtual(block, this.#globals)),
    };
    return { configuration, problems, log };
  }

  #warnOfIntervals(blocks: readonly Block[]): void {
    for (const { draft, id } of blocks) {
      if (draft.checkInterval === undefined) continue;
      const text = `checkinterval in virtual service ${id} ignored when fork=no`;
      this.#problems.warning(WHOLE_FILE, 'IGNORED_SETTING', text);
    }
  }
}
