/** Source text with what is not code blanked out, so that words can be searched for in code alone. */

/** After these a slash begins a regular expression, not a division. */
const BEFORE_PATTERN =
  /(?:^|[(,=:[!&|?{};+\-*%<>~^]|\b(?:return|typeof|case|in|of|void|delete))\s*$/;

function blank(text: string): string {
  return text.replace(/[^\n]/g, ' ');
}

/** Where the literal that begins at `from` ends, its closing quote included. */
function endOfQuoted(source: string, from: number): number {
  const quote = source[from];
  for (let i = from + 1; i < source.length; i += 1) {
    if (source[i] === '\\') i += 1;
    else if (source[i] === quote) return i + 1;
  }
  return source.length;
}

function endOfPattern(source: string, from: number): number {
  let inClass = false;
  for (let i = from + 1; i < source.length && source[i] !== '\n'; i += 1) {
    if (source[i] === '\\') i += 1;
    else if (source[i] === '[') inClass = true;
    else if (source[i] === ']') inClass = false;
    else if (source[i] === '/' && !inClass) return i + 1;
  }
  return from + 1;
}

/** A template: its text is blanked, the code in `${…}` is kept. Returns the code and where it ends. */
function template(source: string, from: number): { code: string; end: number } {
  let code = ' ';
  for (let i = from + 1; i < source.length; ) {
    if (source[i] === '`') return { code: `${code} `, end: i + 1 };
    if (source[i] === '\\') {
      code += blank(source.slice(i, i + 2));
      i += 2;
    } else if (source.startsWith('${', i)) {
      const inside = scan(source, i + 2, '}');
      code += `  ${inside.code} `;
      i = inside.end;
    } else {
      code += blank(source[i] ?? '');
      i += 1;
    }
  }
  return { code, end: source.length };
}

/** Reads code up to `until` at the same depth of braces (which is consumed), or to the end. */
function scan(source: string, from: number, until: string): { code: string; end: number } {
  let code = '';
  let depth = 0;
  for (let i = from; i < source.length; ) {
    const sign = source[i] ?? '';
    let end = i + 1;
    if (sign === until && depth === 0) return { code, end };
    if (sign === '{') depth += 1;
    if (sign === '}') depth -= 1;
    if (source.startsWith('//', i)) {
      end = (source.indexOf('\n', i) + source.length + 1) % (source.length + 1);
      code += blank(source.slice(i, end));
    } else if (source.startsWith('/*', i)) {
      const close = source.indexOf('*/', i + 2);
      end = close < 0 ? source.length : close + 2;
      code += blank(source.slice(i, end));
    } else if (sign === "'" || sign === '"') {
      end = endOfQuoted(source, i);
      code += blank(source.slice(i, end));
    } else if (sign === '`') {
      const inside = template(source, i);
      code += inside.code;
      end = inside.end;
    } else if (sign === '/' && BEFORE_PATTERN.test(code)) {
      end = endOfPattern(source, i);
      code += blank(source.slice(i, end));
    } else {
      code += sign;
    }
    i = end;
  }
  return { code, end: source.length };
}

/** The source with comments and the contents of all literals as blanks; every line stays in place. */
export function codeOnly(source: string): string {
  return scan(source, 0, '').code;
}

/** The number of the line that holds that offset, from 1. */
export function lineOf(source: string, offset: number): number {
  return source.slice(0, offset).split('\n').length;
}
