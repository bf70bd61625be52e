/** Reads a virtual's block: its opening line and the indented directives under it. */
import { canonicalAddress } from './address.js';
import type { Family } from './config.js';
import type { Context } from './directive.js';
import { newVirtual, type VirtualDraft, type WrittenTarget } from './draft.js';
import { parseFallback } from './fallback.js';
import {
  blockCommand,
  type Directive,
  isComment,
  type Line,
  readDirective,
  valueColumn,
} from './lines.js';
import type { Machine } from './machine.js';
import type { Place, ProblemList } from './problem.js';
import { VIRTUAL_DIRECTIVES } from './virtual-directives.js';

const HOST_PORT = /^([0-9A-Za-z._+-]+):([0-9A-Za-z_-]+)/;
const IPV6_PORT = /^\[([0-9A-Fa-f:]+)\]:([0-9A-Za-z_-]+)/;

/** The address of `virtual=`; text after it is ignored. Undefined after an error in the list. */
function writtenTarget(
  value: string,
  family: Family,
  place: Place,
  problems: ProblemList,
): WrittenTarget | undefined {
  const fail = (text: string) => {
    problems.error(place, 'BAD_VIRTUAL', text);
    return undefined;
  };
  const named = HOST_PORT.exec(value);
  if (named) return { kind: 'address', host: named[1] ?? '', port: named[2] ?? '' };
  const digits = /^\d+/.exec(value);
  if (digits) return { kind: 'mark', mark: Number(digits[0]) };
  const numeric = IPV6_PORT.exec(value);
  if (!numeric) return fail('invalid address for virtual server');
  if (family === 'ipv4') {
    return fail('cannot specify an IPv6 address here. please use "virtual6" instead.');
  }
  const host = numeric[1] ?? '';
  if (!canonicalAddress(host, 'ipv6')) return fail('invalid ipv6 address for virtual server');
  return { kind: 'address', host, port: numeric[2] ?? '' };
}

/** What stands in a block, as written, and where it ends. */
export interface BlockText {
  /** Absent when the opening line is wrong; the rest was read all the same, for its problems. */
  readonly draft?: VirtualDraft;
  readonly place: Place;
  /** The index of the first line after the block. */
  readonly next: number;
}

/** Reads the block that the line at `index` opens. */
export function readBlock(
  lines: readonly Line[],
  index: number,
  family: Family,
  machine: Machine,
  problems: ProblemList,
): BlockText {
  const opening = lines[index] ?? { number: 0, text: '', raw: '' };
  const place = { line: opening.number, column: valueColumn(opening.text) };
  const value = readDirective(opening.text)?.value ?? '';
  const written = writtenTarget(value, family, place, problems);
  const draft = newVirtual(opening.number, family, written ?? { kind: 'mark', mark: 0 });
  let next = index + 1;
  for (let line = lines[next]; line; line = lines[++next]) {
    if (isComment(line.text)) continue;
    const command = blockCommand(line.text);
    if (command === undefined) break;
    readLine(line, command, { draft, machine, problems });
  }
  return { place, next, ...(written && { draft }) };
}

function readLine(line: Line, command: string, context: Omit<Context<VirtualDraft>, 'place'>) {
  const place = { line: line.number, column: valueColumn(line.text) };
  const directive = readDirective(command);
  if (directive && readKnown(directive, { ...context, place })) return;
  const indent = /^[ \t]*/.exec(line.text)?.[0].length ?? 0;
  const start = { line: line.number, column: indent + 1 };
  context.problems.error(start, 'UNKNOWN_DIRECTIVE', `Unknown command "${line.raw}"`);
}

/** False when there is no such directive, or its value has not the form it must have. */
function readKnown({ name, value }: Directive, context: Context<VirtualDraft>): boolean {
  const { draft, place, problems } = context;
  const kind = /^(real|fallback)6?$/.exec(name)?.[1];
  if (kind === undefined) return VIRTUAL_DIRECTIVES.get(name)?.(value, context) ?? false;
  const wanted = draft.family === 'ipv6' ? `${kind}6` : kind;
  if (name !== wanted) {
    const text = `cannot specify "${name}" here.  please use "${wanted}" instead`;
    problems.error(place, 'BAD_VALUE', text);
  } else if (kind === 'real') draft.realLines.push({ value, place });
  else {
    const fallback = parseFallback(value, place, problems);
    if (fallback) draft.fallback = fallback;
  }
  return true;
}
