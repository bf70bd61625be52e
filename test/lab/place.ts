/** Where the repository lies, as seen from the compiled test tree. */

import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The top of the repository; this file is compiled to `test/dist/lab/place.js`. */
export const REPOSITORY = fileURLToPath(new URL('../../../', import.meta.url));

/** Full path of a file of the lab that is not compiled: scripts and configurations. */
export function labFile(...parts: readonly string[]): string {
  return join(REPOSITORY, 'test', 'lab', ...parts);
}

/** Full path of a compiled program of the lab. */
export function labProgram(...parts: readonly string[]): string {
  return join(REPOSITORY, 'test', 'dist', 'lab', ...parts);
}
