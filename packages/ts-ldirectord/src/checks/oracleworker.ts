/** The thread in which one check of oracle runs: the client that the user has installed. */
import { subscribe } from 'node:diagnostics_channel';
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { Socket } from 'node:net';
import path from 'node:path';
import { parentPort, workerData } from 'node:worker_threads';
import { guardStream } from './guard.js';
import { ANSWER_BYTES_MAX, type SqlSpec } from './sql.js';

export interface OracleTask extends SqlSpec {
  readonly folders: readonly string[];
  readonly connectString: string;
}

export type OracleAnswer =
  | { readonly kind: 'rows'; readonly count: number }
  | { readonly kind: 'missing' | 'failed'; readonly message: string };

/** As much of the package as is used. */
interface OracleDb {
  getConnection(options: {
    readonly user: string;
    readonly password: string;
    readonly connectString: string;
  }): Promise<OracleConnection>;
}
interface OracleConnection {
  execute(
    query: string,
    values: readonly never[],
    options: { readonly maxRows: number; readonly autoCommit: boolean },
  ): Promise<{ readonly rows?: readonly unknown[]; readonly rowsAffected?: number }>;
  close(): Promise<void>;
}

const PACKAGE = 'oracledb';

function tell(answer: OracleAnswer): void {
  parentPort?.postMessage(answer);
}

function textOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** The first package there is; the text of an error when there is none that loads. */
function findClient(folders: readonly string[]): OracleDb | string {
  const folder = folders.find((place) => existsSync(path.join(place, PACKAGE)));
  if (folder === undefined) return `no package ${PACKAGE} in ${folders.join(', ')}`;
  try {
    return createRequire(path.join(folder, '/'))(path.join(folder, PACKAGE)) as OracleDb;
  } catch (error) {
    return textOf(error);
  }
}

async function count(client: OracleDb, task: OracleTask): Promise<void> {
  const { login: user, password, connectString, query } = task;
  const connection = await client.getConnection({ user, password, connectString });
  // One row is enough, and what the request changes is to stay, as with Perl's DBI.
  const { rows, rowsAffected } = await connection.execute(query, [], {
    maxRows: 1,
    autoCommit: true,
  });
  tell({ kind: 'rows', count: Math.max(rows?.length ?? 0, rowsAffected ?? 0) });
  await connection.close();
}

async function check(task: OracleTask): Promise<void> {
  const client = findClient(task.folders);
  if (typeof client === 'string') return tell({ kind: 'missing', message: client });
  try {
    await count(client, task);
  } catch (error) {
    tell({ kind: 'failed', message: textOf(error) });
  }
}

// The client makes its own connections. It keeps all that comes, whether it was asked for or not.
subscribe('net.client.socket', (message) => {
  const { socket } = message as { readonly socket: Socket };
  guardStream(socket, { bytesMax: ANSWER_BYTES_MAX }, (error) => {
    tell({ kind: 'failed', message: textOf(error) });
    socket.destroy();
  });
});
await check(workerData as OracleTask);
