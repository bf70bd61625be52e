/** Programs that the documents show, for a reader who copies them. */

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { REPOSITORY, REPOSITORY_IN_HOST } from '../lab/place.js';
import { programsOf } from './commands.js';
import type { Step } from './step.js';

/** JavaScript, which Node.js runs on a node of the pair. */
interface NodeProgram {
  readonly document: string;
  /** Its first line. */
  readonly begins: string;
  /** What the document takes for granted. */
  readonly before: string;
  /** What makes its outcome seen. */
  readonly after: string;
  /** Of its output, both streams. */
  readonly says: RegExp;
}

const CLIENT = `
import { HeartbeatClient } from '@ts-heartbeat/client/client';
import { Message } from '@ts-heartbeat/core/message/message';
`;

const RUN_BY_NODE: readonly NodeProgram[] = [
  {
    document: 'docs/client-api.md',
    begins: "const client = await HeartbeatClient.signOn({ name: 'mine', onEvent: console.log });",
    before: CLIENT,
    after: `console.log(nodes.map((node) => node.get('node')).join());
      await client.signOff();`,
    // The client's own arrival, and the answer.
    says: /value: 'join'.*^loadbalancer,backup,group1$/ms,
  },
  {
    document: 'packages/client/README.md',
    begins: "const client = await HeartbeatClient.signOn({ name: 'mine', onEvent: console.log });",
    before: CLIENT,
    after: 'console.log(nodes.length);',
    says: /^3$/m,
  },
  {
    document: 'packages/core/README.md',
    begins: "import { parseHaCf } from '@ts-heartbeat/core/config/hacf';",
    before: `import { gatherMachine } from 'ts-heartbeat/config/machine';
      const text = 'keepalive x\\n';
      const machine = await gatherMachine('/etc/ha.d', { path: '/etc/ha.d//ha.cf', text });`,
    after: '',
    says: /^1 .*keepalive/m,
  },
  {
    document: 'packages/platform/README.md',
    begins: "import { clusterTargets, openLog, speaker } from '@ts-heartbeat/platform/log';",
    before: `import { readFileSync } from 'node:fs';
      const settings = { log: { logfile: '/var/log/example', syslogFormat: true } };`,
    after: "console.log(readFileSync('/var/log/example', 'utf8'));",
    says: /^\w{3} [ \d]\d [\d:]{8} loadbalancer heartbeat: \[\d+\]: WARN: node backup: is dead$/m,
  },
];

function shownIn(document: string): readonly string[] {
  const text = readFileSync(join(REPOSITORY, document), 'utf8');
  return programsOf(document, text).map((program) => program.text);
}

function stepOf({ document, begins, before, after, says }: NodeProgram): Step {
  const program = shownIn(document).find((text) => text.startsWith(begins));
  if (program === undefined) throw new Error(`${document} does not show ${begins}`);
  const typed = [
    `cd ${REPOSITORY_IN_HOST} && exec ${process.execPath} --input-type=module - <<'END'`,
    before,
    program,
    after,
    'END',
  ];
  return { command: program, typed: typed.join('\n'), on: 'loadbalancer', says };
}

const PAIRS = 'docs/past-one-pair.md';
const STARTSTOP = '/etc/ha.d/resource.d/startstop';
const ROLES = 'ipvsadm -L --daemon';

/** As the init script runs it before a start; the roles that it leaves are shown, and ended. */
function startStop(program: string, says: RegExp): Step {
  const typed = [
    `cat >${STARTSTOP} <<'END'`,
    program,
    'END',
    `chmod 755 ${STARTSTOP}`,
    `${STARTSTOP} pre-stop && ${STARTSTOP} pre-start >/dev/null 2>&1 && ${ROLES}`,
    'for role in master backup; do ipvsadm --stop-daemon $role; done',
    `rm ${STARTSTOP}`,
  ];
  return { command: program, typed: typed.join('\n'), on: 'loadbalancer', says };
}

/** What the programs `startstop` make of the kernel, in their order. */
const SYNCHRONISED: readonly RegExp[] = [
  /^backup sync daemon \(mcast=eth1, syncid=7\)$/,
  /^master sync daemon \(mcast=eth1, syncid=1\)\nbackup sync daemon \(mcast=eth1, syncid=2\)$/,
];

/** Where heartbeat runs on both nodes, and `apiauth` lets a client named `mine` sign on. */
export const PROGRAM_STEPS: readonly Step[] = RUN_BY_NODE.map(stepOf);

/** Of the synchronisation of connections; they need no heartbeat. */
export const STARTSTOP_STEPS: readonly Step[] = shownIn(PAIRS).map((program, index) =>
  startStop(program, SYNCHRONISED[index] ?? /^nothing is known of it$/),
);
