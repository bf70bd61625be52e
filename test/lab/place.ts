/** Where the repository lies, as seen from the compiled test tree. */

import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The top of the repository; this file is compiled to `test/dist/lab/place.js`. */
export const REPOSITORY = fileURLToPath(new URL('../../../', import.meta.url));

/** Where each host has the repository: on the machine, some of its places are hidden from hosts. */
export const REPOSITORY_IN_HOST = '/srv/ts-heartbeat';

/** Full path of a compiled test program, as a program on a host sees it. */
export function hostProgram(...parts: readonly string[]): string {
  return join(REPOSITORY_IN_HOST, 'test', 'dist', ...parts);
}

/** Full path of a file of the lab that is not compiled: scripts and configurations. */
export function labFile(...parts: readonly string[]): string {
  return join(REPOSITORY, 'test', 'lab', ...parts);
}

/** Full path of a compiled program of the lab. */
export function labProgram(...parts: readonly string[]): string {
  return join(REPOSITORY, 'test', 'dist', 'lab', ...parts);
}
