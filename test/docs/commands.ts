/** The commands that a document tells its reader to type, and the programs to copy. */

import { type Block, blocksOf } from './blocks.js';

export interface Command {
  readonly document: string;
  /** From 1. */
  readonly line: number;
  /** Without remarks; of commands joined by `&&` one. */
  readonly text: string;
  /** In the middle of a sentence or table, and not in a block. */
  readonly inline: boolean;
}

/** What a command begins with; a document that needs another program adds it here. */
const PROGRAMS = new Set(
  (
    'apt apt-get cat cd chkconfig chmod cl_status cp dnf dpkg echo git hb_standby hb_takeover ' +
    'heartbeat insmod ip ipvsadm kill lab> ldirectord make mkdir modprobe mv node npm npx rm rpm ' +
    'sh sysctl systemctl ts-resource-runner vi'
  ).split(' '),
);
const PATHS =
  /^(?:\/etc\/init\.d\/|\/etc\/ha\.d\/resource\.d\/|\/usr\/\S*bin\/|\/usr\/lib\/heartbeat\/)\w/;

/** Those that are often called without a word. */
const TOOLS = /^(?:\/usr\/share\/heartbeat\/|\/usr\/lib\/heartbeat\/hb_)\w/;

/** What a program begins with: a script, lines for one, JavaScript. */
const PROGRAM = /^(?:#!\/|\. \/|import |const )/;

/** Pictures and conversations that begin as a command does. */
const PICTURES = ['/etc/init.d/heartbeat start            heartbeat.service'];

/** The prompt of a host, where a block also shows what the commands print. */
const PROMPT = /^\w+# /;

function isCommand(text: string): boolean {
  const bare = text.replace(/^(?:[A-Z_]+=\S+ )+/, '');
  const [program = '', second] = bare.split(' ');
  if (TOOLS.test(bare)) return true;
  return (PROGRAMS.has(program) || PATHS.test(bare)) && second !== undefined;
}

/** A line without the remark behind it and without the prompt of a host before it. */
function bare(line: string): string {
  const [command = ''] = line.replace(PROMPT, '').split(/ {2,}/);
  return command.trim();
}

function joined(text: string): readonly string[] {
  return text.split(' && ');
}

/**
 * The commands of a block; none if it begins with something else. Throws at a line that is none:
 * only where prompts stand before the commands, other lines are what they print.
 */
function inBlock(document: string, { line, lines }: Block): readonly Command[] {
  const first = lines[0] ?? '';
  const prompts = PROMPT.test(first);
  if ((!prompts && !isCommand(bare(first))) || PICTURES.includes(first)) return [];
  return lines.flatMap((text, index) => {
    if (text === '' || text.startsWith('#') || (prompts && !PROMPT.test(text))) return [];
    const place = line + index;
    if (!prompts && !isCommand(bare(text)))
      throw new Error(`${document}:${place}: is this a command? ${text}`);
    return joined(bare(text)).map((one) => ({ document, line: place, text: one, inline: false }));
  });
}

/** Commands in the text between the blocks. What a colon and a blank end is a line of a log. */
function inText(document: string, text: string, blocks: readonly Block[]): readonly Command[] {
  const taken = new Set(
    blocks.flatMap(({ line, lines }) => lines.map((_text, index) => line + index)),
  );
  return text.split('\n').flatMap((content, index) => {
    const line = index + 1;
    if (taken.has(line)) return [];
    const spans = [...content.matchAll(/`([^`]+)`/g)].map(([, span = '']) => span);
    const commands = spans.filter((span) => isCommand(span) && !/: /.test(span));
    return commands.flatMap(joined).map((one) => ({ document, line, text: one, inline: true }));
  });
}

/** Every command of a document, in its order. */
export function commandsOf(document: string, text: string): readonly Command[] {
  const blocks = blocksOf(text);
  const commands = blocks.flatMap((block) => inBlock(document, block));
  return [...commands, ...inText(document, text, blocks)].sort((a, b) => a.line - b.line);
}

/** Every program that a document shows, in its order; each is one text of several lines. */
export function programsOf(document: string, text: string): readonly Command[] {
  return blocksOf(text)
    .filter(({ lines }) => PROGRAM.test(lines[0] ?? ''))
    .map(({ line, lines }) => ({ document, line, text: lines.join('\n'), inline: false }));
}
