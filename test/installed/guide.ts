/** A guide of docs/ as a test carries it out: what is typed on which node, and what it prints. */

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { REPOSITORY } from '../lab/place.js';

/** One command of the guide. */
export interface Instruction {
  readonly node: string;
  readonly command: string;
  /** What it prints, a line each; `...` stands for anything, alone on its line for any lines. */
  readonly prints: readonly string[];
}

export interface Chapter {
  readonly title: string;
  readonly instructions: readonly Instruction[];
}

/** `    backup# ls` */
const TYPED = /^ {4}([\w-]+)# (\S.*)$/;
const PRINTED = /^ {4}(.*)$/;
const HEADING = /^#+ (.*)$/;

/** Chapters that have something to type, in the order of the text. */
export function readGuide(text: string): readonly Chapter[] {
  const chapters: {
    title: string;
    instructions: { node: string; command: string; prints: string[] }[];
  }[] = [];
  let open: { prints: string[] } | undefined;
  for (const line of text.split('\n')) {
    const [, heading] = HEADING.exec(line) ?? [];
    const [, node, command] = TYPED.exec(line) ?? [];
    const [, printed] = PRINTED.exec(line) ?? [];
    if (heading !== undefined) {
      chapters.push({ title: heading, instructions: [] });
      open = undefined;
    } else if (node !== undefined && command !== undefined) {
      const instruction = { node, command, prints: [] };
      chapters.at(-1)?.instructions.push(instruction);
      open = instruction;
    } else if (printed === undefined) {
      open = undefined;
    } else if (open === undefined) {
      throw new Error(`a block that does not begin with something typed: ${line}`);
    } else {
      open.prints.push(printed);
    }
  }
  return chapters.filter(({ instructions }) => instructions.length > 0);
}

/** The chapters of `docs/NAME`. */
export function guide(name: string): readonly Chapter[] {
  return readGuide(readFileSync(join(REPOSITORY, 'docs', name), 'utf8'));
}

/** Whether an output is what the guide says; blanks and empty lines do not count. */
export function isAsTold(prints: readonly string[], output: string): boolean {
  const told = prints.map((line) => {
    if (line.trim() === '...') return '(?:.*\\n)*';
    const words = tidy(line)
      .split('...')
      .map((part) => part.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&'));
    return `${words.join('.*')}\\n`;
  });
  const lines = output.split('\n').map(tidy);
  const said = lines.filter((line) => line !== '').map((line) => `${line}\n`);
  return new RegExp(`^${told.join('')}$`).test(said.join(''));
}

function tidy(line: string): string {
  return line.trim().replace(/\s+/g, ' ');
}

/** Commands that change nothing, which the reader is told to repeat until they print what is told. */
const LOOKS = /^(cl_status|ipvsadm -L|ip |rpm -q)/;

export function onlyLooks({ command }: Instruction): boolean {
  return LOOKS.test(command);
}
