/** A server for tests that answers lines as a script says. */
import net from 'node:net';
import { type Listening, listen } from './server.fixture.js';

/** What is answered to a line, by the first pattern that fits; to the rest nothing is said. */
export type Script = readonly (readonly [pattern: RegExp, answer: string])[];

export interface Scripted extends Listening {
  /** Every line that was heard, of all connections. */
  readonly heard: readonly string[];
}

/** How the connections come about: `net.createServer`, or one of TLS. */
export type Serve = (speak: (socket: net.Socket) => void) => net.Server;

/** Goes on when the other side has ended its half. */
const patient: Serve = (speak) => net.createServer({ allowHalfOpen: true }, speak);

/** Never hangs up by itself. `banner` is said first. */
export async function scripted(
  banner: string,
  script: Script,
  serve: Serve = patient,
  host?: string,
): Promise<Scripted> {
  const heard: string[] = [];
  const server = serve((socket) => {
    socket.on('error', () => {});
    if (banner !== '') socket.write(banner, 'latin1');
    eachLine(socket, (line) => {
      heard.push(line);
      const answer = script.find(([pattern]) => pattern.test(line))?.[1];
      if (answer !== undefined) socket.write(answer, 'latin1');
    });
  });
  return { ...(await listen(server, host)), heard };
}

/** Calls for each line that comes, without its end. */
export function eachLine(socket: net.Socket, call: (line: string) => void): void {
  let rest = '';
  socket.setEncoding('latin1').on('data', (text: string) => {
    const lines = `${rest}${text}`.split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) call(line.replace(/\r$/, ''));
  });
}
