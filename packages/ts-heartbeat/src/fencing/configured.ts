/** The fencing that a configuration asks for. */
import { readFileSync } from 'node:fs';
import type { Settings } from '@ts-heartbeat/core/config/settings';
import { RUN_DIRECTORY } from '@ts-heartbeat/platform/paths';
import type { Say } from '../say.js';
import { fencingDevice } from './device.js';
import { Fencing } from './fencing.js';

function readText(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}

/** Fencing with the devices of ha.cf; files of parameters are read now. */
export function configuredFencing(
  { stonith, stonithDevices, nodes }: Settings,
  say: Say,
  environment: () => Readonly<Record<string, string>>,
): Fencing {
  const lines = stonithDevices ?? (stonith === undefined ? [] : [stonith]);
  return new Fencing({
    devices: lines.map((line) => fencingDevice(line, readText)),
    say,
    environment,
    nodes: nodes.map(({ name }) => name),
    directory: RUN_DIRECTORY,
  });
}
