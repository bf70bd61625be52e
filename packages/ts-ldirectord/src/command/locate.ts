/** Finds the configuration file that a name on the command line means. */
import { statSync } from 'node:fs';
import { CONFIG_DIRECTORY } from '@ts-heartbeat/platform/paths';

/**
 * `/etc/ha.d/NAME`, then `/etc/ha.d/conf/NAME`, then NAME as a path; the first that is a regular
 * file (ldirectord 4.12). Undefined when there is none.
 */
export function locateConfiguration(
  name: string,
  isFile: (path: string) => boolean = isRegularFile,
): string | undefined {
  const places = [`${CONFIG_DIRECTORY}/${name}`, `${CONFIG_DIRECTORY}/conf/${name}`, name];
  return places.find(isFile);
}

function isRegularFile(path: string): boolean {
  try {
    return statSync(path).isFile();
  } catch {
    return false;
  }
}
