/** The house rules that can be read off a file, as a function over its path and text. */
import { codeOnly } from './code.js';
import { isRecording } from './sources.js';

const LINES_MAX = 500;
const COLUMNS_MAX = 100;

/** Words that say nothing about what a file holds. */
const EMPTY_NAMES = /^(?:utils?|helpers?|misc|common|shared|manager|handler)\b/i;

/** What belongs to a desk, not into a repository. Written so that this file does not name it. */
const FOREIGN = new RegExp(['/work', '/|\\.\\./', 'shared|/tmp/', 'team|\\bshared', '/'].join(''));

/** Notes to oneself and tests that do not run. */
const LEFT_BEHIND = new RegExp(
  ['\\bTO', 'DO\\b|\\bFIX', 'ME\\b|\\btest\\.(?:sk', 'ip|on', 'ly|to', 'do)\\b'].join(''),
);

function isCode(file: string): boolean {
  return /\.(?:ts|mjs|cjs|js)$/.test(file);
}

/** Tables of cases for tests, as long as the cases are many. */
function isTable(file: string): boolean {
  return file.endsWith('.fixture.ts');
}

function isShell(text: string): boolean {
  return /^#!.*\b(?:ba|da)?sh\b/.test(text);
}

/** True when the text begins with a comment that is a sentence. */
function introducesItself(text: string): boolean {
  const body = text.replace(/^#!.*\n/, '');
  const comment = /^(?:\/\*\*?([\s\S]*?)\*\/|((?:(?:\/\/|#).*\n)+))/.exec(body);
  const words = (comment?.[1] ?? comment?.[2] ?? '').replace(/^\s*(?:\*|\/\/|#)+/gm, ' ').trim();
  return /^\S+\s+\S+.*[.:]/s.test(words);
}

/** Everything that is not tidy about a file: `line: what`, or `what` for the file as a whole. */
export function untidy(file: string, text: string): readonly string[] {
  const found: string[] = [];
  const lines = text.split('\n');
  lines.forEach((line, i) => {
    if (FOREIGN.test(line)) found.push(`${i + 1}: names a place outside the repository`);
  });
  if (isRecording(file) || !(isCode(file) || isShell(text))) return found;
  const name = file.slice(file.lastIndexOf('/') + 1);
  if (EMPTY_NAMES.test(name)) found.push('a name that says nothing');
  if (!introducesItself(text)) found.push('does not open with a sentence on what it is');
  if (lines.length > LINES_MAX && !isTable(file)) found.push(`more than ${LINES_MAX} lines`);
  const code = isCode(file) ? codeOnly(text).split('\n') : [];
  lines.forEach((line, i) => {
    if (LEFT_BEHIND.test(line)) found.push(`${i + 1}: left behind: ${line.trim()}`);
    if (/\bexport default\b/.test(code[i] ?? '')) found.push(`${i + 1}: default export`);
    if (isCode(file) && line.length > COLUMNS_MAX && !/https?:|^\s*['"`/]/.test(line)) {
      found.push(`${i + 1}: more than ${COLUMNS_MAX} columns`);
    }
  });
  return found;
}
