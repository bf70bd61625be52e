/** haresources as it stands when a job begins, with the file of every script. */
import { readFileSync } from 'node:fs';
import { readGroups } from '@ts-heartbeat/core/config/haresources';
import { locateScript } from './locate.js';
import type { Places } from './places.js';
import type { Group } from './plan/group.js';

/** Throws when the file cannot be read. Whatever stands in it is taken as the genuine scripts do. */
export function groupsNow(places: Places): readonly Group[] {
  const path = `${places.haDirectory}/haresources`;
  const { groups } = readGroups({ path, text: readFileSync(path, 'latin1') });
  return groups.map(({ node, key, resources }) => ({
    node,
    key,
    resources: resources.map((resource) => ({
      ...resource,
      path: locateScript(resource.script, places.scriptDirectories),
    })),
  }));
}
