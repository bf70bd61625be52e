/** A layer over Debian's files: its scripts write each message to the daemon at once. */

import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { temporaryDirectory } from './temporary.js';

const FUNCTIONS = '/etc/ha.d/shellfuncs';

/**
 * Debian's `ha_clustermsg` writes a message in pieces. When a signal comes to the reader in the
 * genuine daemon between two of them, the message is lost (`Message with zero fields`): one command
 * in some hundred on a busy machine, with two genuine nodes as well.
 */
export const AT_ONCE = `
ha_clustermsg() {
	message=$(echo ">>>"; cat; echo "<<<")
	printf '%s\\n' "$message" >>$HA_FIFO
}
`;

/** Makes the layer's tree; whoever asked for it removes it. */
export function wholeMessages(): string {
  const tree = temporaryDirectory('whole');
  mkdirSync(join(tree, 'etc/ha.d'), { recursive: true });
  writeFileSync(join(tree, FUNCTIONS), readFileSync(FUNCTIONS, 'utf8') + AT_ONCE);
  return tree;
}
