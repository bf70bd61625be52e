/** The blocks of a document: what is set off by four blanks or stands between fences. */

export interface Block {
  /** The place of its first line in the document, from 1. */
  readonly line: number;
  readonly lines: readonly string[];
}

const INDENT = '    ';

/** Every block of a Markdown text, without indentation; blocks inside lists do not occur here. */
export function blocksOf(text: string): readonly Block[] {
  const blocks: { line: number; lines: string[] }[] = [];
  let fenced = false;
  let open: string[] | undefined;
  const begin = (line: number): string[] => {
    const lines: string[] = [];
    blocks.push({ line, lines });
    return lines;
  };
  for (const [index, line] of text.split('\n').entries()) {
    if (line.startsWith('```')) {
      fenced = !fenced;
      open = fenced ? begin(index + 2) : undefined;
    } else if (fenced) {
      open?.push(line);
    } else if (line.startsWith(INDENT)) {
      open ??= begin(index + 1);
      open.push(line.slice(INDENT.length));
    } else if (line !== '') {
      open = undefined;
    } else if (open !== undefined) {
      open.push('');
    }
  }
  const trimmed = (lines: readonly string[]): readonly string[] =>
    lines.slice(0, lines.findLastIndex((line) => line !== '') + 1);
  return blocks.map(({ line, lines }) => ({ line, lines: trimmed(lines) }));
}
