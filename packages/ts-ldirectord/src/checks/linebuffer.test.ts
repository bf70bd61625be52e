/** Lines out of bytes that come in any pieces, within limits. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { LineBuffer, type LineLimits } from './linebuffer.js';

/** Everything that can be taken, and how it ended. */
function linesOf(buffer: LineBuffer): readonly (string | undefined)[] {
  const lines: (string | undefined)[] = [];
  for (let line = buffer.take(); line !== undefined; line = buffer.take()) lines.push(line);
  return [...lines, buffer.excess, buffer.rest()];
}

function added(limits: LineLimits, ...pieces: readonly string[]): LineBuffer {
  const buffer = new LineBuffer(limits);
  for (const piece of pieces) buffer.add(Buffer.from(piece, 'latin1'));
  return buffer;
}

const WIDE = { line: 100, lines: 100, total: 100 };

test('lines keep their ends; what has no end yet is the rest', () => {
  const buffer = added(WIDE, 'a\r', '\nb\n\n', 'c\xe9');
  assert.equal(buffer.peek(), 'a');
  assert.deepEqual(linesOf(buffer), ['a\r\n', 'b\n', '\n', undefined, 'c\xe9']);
  assert.equal(buffer.peek(), undefined);
  buffer.add(Buffer.from('d'));
  assert.equal(buffer.peek(), 'd');
});

test('lines before a limit are given, and nothing more is kept', () => {
  const total = added({ ...WIDE, total: 5 }, 'ab\n', 'cdefgh\n');
  assert.deepEqual(linesOf(total).slice(0, 2), ['ab\n', 'too much was sent']);
  const line = added({ ...WIDE, line: 3 }, 'ab\nabc\n', 'ab\n');
  assert.deepEqual(linesOf(line).slice(0, 2), ['ab\n', 'too long a line was sent']);
  assert.equal(added({ line: 3, lines: 2, total: 6 }, 'ab\nab\n').excess, undefined);
  const lines = added({ ...WIDE, lines: 2 }, 'a\n\nb', '\n');
  assert.deepEqual(linesOf(lines).slice(0, 3), ['a\n', '\n', 'too many lines were sent']);
  line.add(Buffer.alloc(1000, 'x'));
  assert.ok((line.rest() ?? '').length <= 4);
});

test('the pieces make no difference', () => {
  const bytes = fc.array(fc.constantFrom('a', 'b', '\r', '\n', '\xff'), { maxLength: 40 });
  const limits = fc.record({
    line: fc.integer({ min: 1, max: 12 }),
    lines: fc.nat(9),
    total: fc.nat(30),
  });
  fc.assert(
    fc.property(bytes, limits, fc.nat(39), (all, within, place) => {
      const text = all.join('');
      const expected = linesOf(added(within, text)).slice(0, -1);
      for (const pieces of [all, [text.slice(0, place), text.slice(place)]]) {
        assert.deepEqual(linesOf(added(within, ...pieces)).slice(0, -1), expected);
      }
    }),
  );
});
