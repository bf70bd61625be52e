/** The scene of the tests: the virtual machine with its hosts, and the programs on them. */

import type { Site } from '../lab/site.js';
import { type Stack, stack } from '../lab/stack.js';
import { Machine } from '../lab/vm/qemu.js';
import type { Director } from './director.js';
import { openDirector } from './director.js';
import { ADDRESSES, DIRECTOR_SCRIPT, PORTS, REAL_SCRIPT, REALS, type Real } from './network.js';
import { Program } from './program.js';
import { MAINTENANCE } from './service.js';

/** Where the fallbacks of the director lead. */
const FALLBACK_PORTS = ['80', '81', '83'];

export interface Scene {
  readonly site: Site;
  /** The one under test, with the kernel's table that the client asks. */
  readonly director: Director;
  /** The genuine program, with a table of its own. */
  readonly referee: Director;
  readonly reals: Readonly<Record<Real, Program>>;
  readonly client: Program;
  readonly watcher: Program;
  close(): Promise<void>;
}

async function must(site: Site, host: string, script: string): Promise<void> {
  const { code, stderr } = await site.run(host, ['sh', '-c', script]);
  if (code !== 0) throw new Error(`${host} cannot be set up: ${stderr}`);
}

/** Boots the machine and sets everything up but the directors' daemons. */
export async function openScene(): Promise<Scene> {
  const ours = stack('ours');
  const genuine = stack('genuine');
  const machine = await Machine.boot('instructions');
  const { site } = machine;
  const programs: Readonly<Record<string, Stack>> = { director: ours, referee: genuine };
  try {
    await Promise.all(
      Object.entries(ADDRESSES).map(([name, addresses]) => {
        const { layers = [], hidden = [] } = programs[name] ?? {};
        return site.addHost({ name, addresses, layers, hidden });
      }),
    );
    await Promise.all([
      must(site, 'director', `mkdir -p ${MAINTENANCE}\n${DIRECTOR_SCRIPT}`),
      must(site, 'referee', `mkdir -p ${MAINTENANCE}`),
      ...REALS.map((real) => must(site, real, REAL_SCRIPT)),
    ]);
    const [real1, real2, real3, client, watcher] = await Promise.all([
      Program.start(site, 'real1', 'server', ['real1', ...PORTS]),
      Program.start(site, 'real2', 'server', ['real2', ...PORTS]),
      Program.start(site, 'real3', 'server', ['real3', ...PORTS]),
      Program.start(site, 'client', 'client'),
      Program.start(site, 'director', 'watcher'),
      Program.start(site, 'director', 'server', ['fallback', ...FALLBACK_PORTS]),
    ]);
    return {
      site,
      director: openDirector(site, 'director'),
      referee: openDirector(site, 'referee'),
      reals: { real1, real2, real3 },
      client,
      watcher,
      close: async () => {
        await machine.end();
        ours.dispose();
        genuine.dispose();
      },
    };
  } catch (error) {
    await machine.end();
    ours.dispose();
    genuine.dispose();
    throw error;
  }
}
