/**
 * Runs the resource runner on a line of haresources with our own scripts: takes the group, says
 * what it runs, gives it up. A program for the namespaces of a test: `node group.js LINE COMMAND`,
 * where COMMAND is a shell command that shows the state while the group runs, and after.
 */
import { spawnSync } from 'node:child_process';
import { cpSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { Sandbox } from 'ts-resource-runner/testing/sandbox';

const SCRIPTS = fileURLToPath(
  new URL('../../../packages/ts-resource-runner/scripts', import.meta.url),
);

const [line = '', command = ''] = process.argv.slice(2);
const sandbox = new Sandbox(line, []);
cpSync(`${SCRIPTS}/resource.d`, sandbox.path('ha.d/resource.d'), { recursive: true });
cpSync(`${SCRIPTS}/shellfuncs`, sandbox.path('ha.d/shellfuncs'));

function show(): void {
  const { stdout, stderr } = spawnSync('sh', ['-c', command], { encoding: 'utf8' });
  process.stdout.write(`${stdout}${stderr}`);
}

try {
  await sandbox.start();
  const master = await sandbox.connect();
  for (const [id, kind] of [
    [1, 'acquireOwn'],
    [2, 'releaseAll'],
  ] as const) {
    const before = master.lines.length;
    master.send({ op: 'job', id, job: { kind }, environment: {} });
    const { outcome } = await master.done(id);
    console.log(`${kind} ${outcome.ok}`);
    for (const text of master.lines.slice(before)) console.log(text);
    show();
  }
} finally {
  sandbox.remove();
}
