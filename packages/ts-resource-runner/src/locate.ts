/** Finds the file of a resource script, as ResourceManager does. */
import { accessSync, constants, statSync } from 'node:fs';

/** True for a regular file that this process may execute. */
export function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}

/** The first of the directories that has an executable file of that name; null when none has. */
export function locateScript(script: string, directories: readonly string[]): string | null {
  for (const directory of directories) {
    const path = `${directory}/${script}`;
    if (isExecutable(path)) return path;
  }
  return null;
}
