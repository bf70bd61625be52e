/** Lets the scripts of the genuine heartbeat write each message to its daemon at once. */

import type { Director } from '../lab/lab.js';
import type { Pair } from '../lab/pair.js';

/**
 * Debian's `ha_clustermsg` writes a message to the FIFO in pieces. When a signal comes to the genuine
 * daemon's reader between two of them, it logs `msg2string: Message with zero fields` and the message
 * is lost: on a busy machine one command in some hundred, also with two genuine nodes. Written at
 * once the same bytes always arrive.
 */
const AT_ONCE = `
ha_clustermsg() {
	message=$(echo ">>>"; cat; echo "<<<")
	printf '%s\\n' "$message" >>$HA_FIFO
}
`;

/** Changes the shell functions of a genuine node; nothing of its daemon. */
export async function writeWholeMessages(pair: Pair, node: Director): Promise<void> {
  const argv = ['sh', '-c', 'cat >>/etc/ha.d/shellfuncs'];
  const outcome = await pair.site.run(node, argv, { stdin: AT_ONCE });
  if (outcome.code !== 0) throw new Error(`no shell functions on ${node}: ${outcome.stderr}`);
}
