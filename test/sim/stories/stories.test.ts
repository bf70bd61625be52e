/** Each story of `stories/` has the trace that its file expects, and breaks no invariant. */
import assert from 'node:assert/strict';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { playStory, readStory, storyText } from '../story.js';

const FOLDER = fileURLToPath(new URL('../../../sim/stories/', import.meta.url));
/** The traces become what is expected; the difference is then read. */
const REWRITE = process.env.TS_HEARTBEAT_REWRITE === '1';

for (const name of readdirSync(FOLDER).filter((file) => file.endsWith('.txt'))) {
  test(name.replace(/\.txt$/, ''), () => {
    const file = `${FOLDER}${name}`;
    const story = readStory(file, readFileSync(file, 'utf8'));
    const { trace, violations } = playStory(story);
    assert.deepEqual(violations, []);
    if (REWRITE) writeFileSync(file, storyText(story, trace));
    else assert.equal(trace, story.expected);
  });
}

test('what is wrong in a story is told with its line', () => {
  const wrong = {
    'untill 1m': 'f:1: "untill" is neither an option nor "at"',
    'until 1m\nat 5s crush alpha': 'f:2: "crush" is no command',
    'until 1m\n# so\nat 5s crash gamma': 'f:3: "gamma" is none of: alpha, beta',
    'until soon': 'f:1: "soon" is no time (ms, s, m, h, y)',
    'deadtime 5s': 'f:1: no "until"',
  };
  for (const [text, message] of Object.entries(wrong)) {
    assert.throws(() => readStory('f', text), { message });
  }
});
