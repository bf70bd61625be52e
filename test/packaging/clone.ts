/** The commands for a clone of this repository, typed in one that leaves nothing behind. */
import { mkdirSync } from 'node:fs';
import { ROOT } from '../house/sources.js';
import { run } from './built.js';

/** Where the clone is. */
export const CLONE = '/mnt/clone';

/** The checkout with a layer over it that is forgotten, and a /tmp of its own. */
const TYPED = `
cd "$0"
mount -t tmpfs clone /mnt
mkdir /mnt/upper /mnt/work ${CLONE}
mount -t overlay -o lowerdir=.,upperdir=/mnt/upper,workdir=/mnt/work clone ${CLONE}
mkdir -p ${CLONE}/rpm/dist
mount --bind "$1" ${CLONE}/rpm/dist
mount -t tmpfs clone /tmp
cd ${CLONE}
eval "$2"
`;

/**
 * Types lines in the clone, without a network; what they make in rpm/dist is found in `dist`, a new
 * folder. Returns what they print; throws when one fails.
 */
export function typeInClone(lines: string, dist: string): string {
  mkdirSync(dist);
  return run('unshare', '--mount', '--net', 'sh', '-ec', TYPED, ROOT, dist, lines);
}
