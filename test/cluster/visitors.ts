/** Both kinds' client programs on every director, beside the one kind that is installed there. */

import { chmodSync, copyFileSync, cpSync, mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Cluster } from '../lab/cluster.js';
import { DIRECTORS } from '../lab/lab.js';
import type { Stacks } from '../lab/pair.js';
import type { Stack } from '../lab/stack.js';
import { temporaryDirectory } from '../lab/temporary.js';
import { type Kind, type Kinds, Programs } from './kinds.js';

/** Where a director has them; nothing of the installed programs is replaced. */
const PLACE = '/opt/visitors';

/** Debian's client programs; they find the daemon by the paths compiled into them. */
const GENUINE: Readonly<Record<string, string>> = {
  cl_status: '/usr/bin/cl_status',
  api_test: '/usr/libexec/heartbeat/api_test',
  ipfail: '/usr/libexec/heartbeat/ipfail',
  hb_standby: '/usr/share/heartbeat/hb_standby',
  hb_takeover: '/usr/share/heartbeat/hb_takeover',
};

const OURS: Readonly<Record<string, string>> = {
  cl_status: 'usr/bin/cl_status',
  ipfail: 'usr/lib/heartbeat/ipfail',
  hb_standby: 'usr/share/heartbeat/hb_standby',
  hb_takeover: 'usr/share/heartbeat/hb_takeover',
};

/** Full path on a director of a client program of a kind. */
export function visitor(kind: Kind, program: string): string {
  if (kind === 'C') return join(PLACE, 'C', program);
  return join(PLACE, 'TS', OURS[program] ?? program);
}

/** The programs of both kinds as `Programs` has them, with the visitors laid over each. */
export class Hosts {
  readonly #programs = new Programs();
  readonly #tree = temporaryDirectory('visitors');

  constructor() {
    const at = join(this.#tree, PLACE);
    mkdirSync(join(at, 'C'), { recursive: true });
    for (const [name, path] of Object.entries(GENUINE)) copyFileSync(path, join(at, 'C', name));
    const [staged = ''] = this.#programs.of('TS').layers;
    cpSync(staged, join(at, 'TS'), { recursive: true, verbatimSymlinks: true });
    chmodSync(join(at, 'TS'), 0o755);
  }

  #of(kind: Kind): Stack {
    const stack = this.#programs.of(kind);
    return { ...stack, layers: [this.#tree, ...stack.layers] };
  }

  /** What `openPair` wants to know. */
  pair([home, other]: Kinds): Stacks {
    const [first, second] = DIRECTORS;
    return { [first]: this.#of(home), [second]: this.#of(other) } as const;
  }

  dispose(): void {
    this.#programs.dispose();
    rmSync(this.#tree, { recursive: true, force: true });
  }
}

/** The users of the tests: nobody special, and a member of haclient. */
export const WATCHER = { name: 'watcher', uid: 2001 } as const;
export const MEMBER = { name: 'member', uid: 2002 } as const;

/** Makes the users on both directors, and gives the genuine cl_status its group. */
export async function settleVisitors(cluster: Cluster): Promise<void> {
  const script = [
    ...[WATCHER, MEMBER].flatMap(({ name, uid }) => [
      `echo '${name}:x:${uid}:${uid}::/:/bin/sh' >>/etc/passwd`,
      `echo '${name}:x:${uid}:' >>/etc/group`,
    ]),
    `sed -i 's/^haclient:.*[^:]$/&,${MEMBER.name}/; s/^haclient:.*:$/&${MEMBER.name}/' /etc/group`,
    `chgrp haclient ${visitor('C', 'cl_status')}`,
    `chmod 2555 ${visitor('C', 'cl_status')}`,
  ].join('\n');
  for (const node of DIRECTORS) {
    const outcome = await cluster.lab.site.run(node, ['sh', '-e', '-c', script]);
    if (outcome.code !== 0) throw new Error(`no visitors on ${node}: ${outcome.stderr}`);
  }
}
