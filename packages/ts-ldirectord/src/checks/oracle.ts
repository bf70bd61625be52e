/**
 * The check of oracle: a login, a request, and at least one row. Its client is not part of this
 * package: whoever checks an Oracle server installs it (`npm install -g oracledb`).
 */
import path from 'node:path';
import { Worker } from 'node:worker_threads';
import type { NegotiateSpec } from './check.js';
import type { OracleAnswer, OracleTask } from './oracleworker.js';
import { messageOf, type Probe } from './probe.js';
import { Rows, type SqlSpec, saysTooLittle, sqlSpec } from './sql.js';

/** The worker lies beside this file, also when both have been bundled. */
const WORKER = new URL(`./oracleworker${path.extname(import.meta.url)}`, import.meta.url);

/** The client takes some ten megabytes, and an answer is far smaller. */
const HEAP_MB_MAX = 128;
/** A worker that has told its result has so long to take leave of the server. */
const LEAVE_MS = 1000;

/** Where `npm install -g` puts packages: of this Node.js, and of those of distributions. */
export const ORACLE_FOLDERS: readonly string[] = [
  ...new Set([
    path.resolve(path.dirname(process.execPath), '../lib/node_modules'),
    '/usr/local/lib/node_modules',
    '/usr/lib/node_modules',
  ]),
];

/**
 * Up when the login succeeds and the request gives or changes at least one row (ldirectord 4.12).
 * The client cannot be made to let go of a connection that it is making, so each check runs in a
 * thread of its own, and ends with it.
 *
 * @param folders where the package `oracledb` is looked for, in that order
 */
export function oracleProbe(spec: NegotiateSpec, folders = ORACLE_FOLDERS): Probe {
  const asked = sqlSpec(spec);
  if (asked === undefined) return saysTooLittle;
  return (settle) => {
    const rows = new Rows(asked);
    const task: OracleTask = { ...asked, folders, connectString: connectString(asked) };
    const worker = new Worker(WORKER, {
      workerData: task,
      // Nothing of ours is to change what the client does, and it has nothing to print.
      env: {},
      execArgv: [],
      stdout: true,
      stderr: true,
      resourceLimits: { maxOldGenerationSizeMb: HEAP_MB_MAX },
    });
    worker.stdout.resume();
    worker.stderr.resume();
    let told = false;
    worker.on('message', (answer: OracleAnswer) => {
      told = true;
      switch (answer.kind) {
        case 'missing':
          return settle({ up: false, message: answer.message, impossible: true });
        case 'failed':
          return settle(rows.fail(new Error(answer.message)));
        case 'rows':
          rows.add(answer.count);
          return settle(rows.end());
      }
    });
    const fail = (error: unknown): void => settle({ up: false, message: messageOf(error) });
    worker.on('error', fail);
    worker.on('exit', () => fail(new Error('the client of Oracle ended')));
    return () => {
      if (!told) return void worker.terminate();
      const limit = setTimeout(() => void worker.terminate(), LEAVE_MS);
      worker.once('exit', () => clearTimeout(limit));
    };
  };
}

/** A database is named by its system identifier (ldirectord 4.12). */
function connectString({ address, port, database }: SqlSpec): string {
  const where = `(ADDRESS=(PROTOCOL=TCP)(HOST=${address})(PORT=${port}))`;
  return `(DESCRIPTION=${where}(CONNECT_DATA=(SID=${database})))`;
}
