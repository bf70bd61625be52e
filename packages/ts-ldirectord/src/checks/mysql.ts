/** The check of mysql: a login, a request, and at least one row. */
import type { EventEmitter } from 'node:events';
import type net from 'node:net';
import type { Connection, QueryError, ResultSetHeader } from 'mysql2';
import type { NegotiateSpec } from './check.js';
import { farewell } from './farewell.js';
import { guardStream } from './guard.js';
import { onDemand } from './ondemand.js';
import type { Finding, Probe } from './probe.js';
import { ANSWER_BYTES_MAX, Rows, type SqlSpec, saysTooLittle, sqlSpec } from './sql.js';
import { connectTcp } from './tcp.js';
import type { TlsRules } from './tls.js';

type Mysql = typeof import('mysql2');

/** COM_QUIT. */
const QUIT = Buffer.of(1, 0, 0, 0, 1);

/** Made once: the library keeps what it makes of it. Old servers are to be checked as well. */
const TLS = { rejectUnauthorized: false, minVersion: 'TLSv1', ciphers: 'DEFAULT:@SECLEVEL=0' };

/** What a server may refuse a login with because it was made without TLS. */
const ACCESS_DENIED = 1045;
const TLS_REQUIRED = 3159;

/** The library prints its stack at a number that is none; what it throws then says enough. */
async function load(): Promise<Mysql> {
  console.trace = () => {};
  return (await import('mysql2')).default;
}

/**
 * Up when the login succeeds and the request gives or changes at least one row (ldirectord 4.12).
 * As there, TLS is not used; but where a server refuses a login without it, the login is tried once
 * more with it, unless certificates are to be verified: the library verifies none of an address.
 */
export function mysqlProbe(spec: NegotiateSpec, rules: TlsRules): Probe {
  const asked = sqlSpec(spec);
  if (asked === undefined) return saysTooLittle;
  return onDemand(load, (library, settle) => {
    let ended = false;
    let close = attempt(library, asked, false, (finding, refused) => {
      if (!refused || rules.verifies) return settle(finding);
      if (ended) return;
      close();
      // When it is refused with TLS too, or there is none, the first refusal tells more.
      close = attempt(library, asked, true, (second) => settle(second.up ? second : finding));
    });
    return () => {
      ended = true;
      close();
    };
  });
}

type Done = (finding: Finding, refused: boolean) => void;

/** One connection; tells once what was found, and whether TLS might have been missing. */
function attempt(library: Mysql, spec: SqlSpec, secure: boolean, done: Done): () => void {
  const rows = new Rows(spec);
  let authenticated = false;
  let over = false;
  const finish = (finding: Finding, refused = false): void => {
    if (over) return;
    over = true;
    done(finding, refused);
  };
  const fail = (error: unknown): void => {
    const { errno, sqlMessage } = error as Partial<QueryError> & { readonly sqlMessage?: string };
    const refused =
      !secure && !authenticated && (errno === ACCESS_DENIED || errno === TLS_REQUIRED);
    // The text of the server tells more than the name of its number.
    finish(rows.fail(sqlMessage === undefined ? error : new Error(sqlMessage)), refused);
  };
  const socket = connectTcp({ host: spec.address, port: spec.port });
  guardStream(socket, { bytesMax: ANSWER_BYTES_MAX }, fail);
  const connection = library.createConnection({
    stream: socket,
    user: spec.login,
    password: spec.password,
    database: spec.database,
    // The limit of the check is above it.
    connectTimeout: 0,
    // No file of ours is anybody's business; and rows are counted, not read.
    flags: ['-LOCAL_FILES'],
    rowsAsArray: true,
    typeCast: false,
    disableEval: true,
    // None is prepared; the library makes room for them at once, by default for sixteen thousand.
    maxPreparedStatements: 1,
    ...(secure && { ssl: TLS }),
  });
  socket.on('data', () => {
    // The library has just put TLS over the connection; that is where it listens from now on.
    const stream = streamOf(connection);
    if (stream !== socket) guardStream(stream, { bytesMax: ANSWER_BYTES_MAX }, fail);
  });
  // Packets out of order: the library would print a line for each and go on.
  (connection as EventEmitter).on('warn', (warning: Error) => {
    throw warning;
  });
  connection.on('error', fail);
  connection.once('connect', () => {
    authenticated = true;
  });
  const query = connection.query(spec.query);
  query.on('result', (result: unknown) => {
    rows.add(Array.isArray(result) ? 1 : affectedBy(result));
  });
  query.on('error', fail);
  query.on('end', () => finish(rows.end()));
  return () => {
    over = true;
    if (authenticated) farewell(streamOf(connection), QUIT);
    else socket.destroy();
  };
}

/** Where the library listens: our socket, or the TLS over it. */
function streamOf(connection: Connection): net.Socket {
  return (connection as Connection & { readonly stream: net.Socket }).stream;
}

/** Of a request that gives no rows: how many it has changed. */
function affectedBy(result: unknown): number {
  return (result as Partial<ResultSetHeader> | null)?.affectedRows ?? 0;
}
