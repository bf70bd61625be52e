/** What is said of a file that cannot be written, or can be again. */
import type { LogTrouble } from './logwriter.js';

/** What the other places are told about a log file. */
export function troubleText(path: string, trouble: LogTrouble): string {
  switch (trouble.kind) {
    case 'failing':
      return `Cannot write to ${path}: lines are counted until it can be written`;
    case 'standing':
      return `${path} has taken no line for seconds: lines are kept as long as there is room`;
    case 'moving':
      return `${path} takes lines again`;
    case 'missing':
      return `${path} is written again: ${missingText(trouble.lines)}`;
    case 'ended':
      return `The writer of ${path} ended with ${trouble.how}. Starting another one.`;
  }
}

/** What the file itself says where lines are missing. */
export function missingText(lines: number): string {
  return `${lines} log lines could not be written to this file`;
}
