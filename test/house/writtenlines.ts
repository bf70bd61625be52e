/** Which log lines of a document are those of a program. */
import { sources } from './sources.js';

/** What stands between the words for what changes: capitals, and the two roles of a server. */
function fixedParts(line: string): readonly string[] {
  const parts = line.split(/\b(?:[A-Z]+(?<!STONITH|STOP)|real|fallback)\b|'/);
  return parts.map((part) => part.trim()).filter((part) => /\w{2}/.test(part));
}

const PROGRAM = /^packages\/.*(?<!\.(?:test|fixture))\.ts$|^packages\/[^/]+\/scripts\//;

const programs = sources()
  .filter((file) => PROGRAM.test(file.path))
  .map((file) => file.text)
  .join('\n');

/** The parts of a line that neither a program has nor one of these texts. */
export function unwritten(line: string, texts: readonly string[] = []): readonly string[] {
  const all = [programs, ...texts];
  return fixedParts(line).filter((part) => !all.some((text) => text.includes(part)));
}
