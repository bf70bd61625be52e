/**
 * A load client: `load ADDRESS PORT INTERVAL_MS`. Opens a new connection at each interval, whatever
 * became of the earlier ones, asks for `/`, and takes the first line of the answer as the server's
 * name. Prints one JSON line a second; a line `span NAME` on standard input closes a span, which is
 * printed with that name.
 */

import { connect } from 'node:net';
import { monotonicMs } from '../clock.js';
import { LineCutter } from '../lines.js';
import { Tally } from './tally.js';

/** A user gives up later; a request that takes longer is lost for our purpose. */
const REQUEST_TIMEOUT_MS = 1000;
const REPORT_MS = 1000;
/** No page of the lab is longer. */
const ANSWER_LENGTH_MAX = 4096;

/** What became of a request: who answered, or how it failed. */
type Fate = { readonly server: string } | 'refused' | 'late';

/** Asks once; calls back with what became of it. */
function ask(host: string, port: number, done: (fate: Fate) => void): void {
  let text = '';
  let over = false;
  const end = (fate: Fate): void => {
    if (over) return;
    over = true;
    clearTimeout(timer);
    socket.destroy();
    done(fate);
  };
  const timer = setTimeout(() => end('late'), REQUEST_TIMEOUT_MS);
  const socket = connect({ host, port });
  socket.setEncoding('latin1');
  socket.on('connect', () => socket.write('GET / HTTP/1.0\r\nHost: www.funbsd.net\r\n\r\n'));
  socket.on('data', (chunk: string) => {
    text += chunk;
    if (text.length > ANSWER_LENGTH_MAX) end('refused');
  });
  socket.on('end', () => end(serverOf(text)));
  socket.on('error', () => end('refused'));
}

/** The first line after the head of a 200 answer; anything else is a refusal. */
function serverOf(text: string): Fate {
  const match = /^HTTP\/1\.[01] 200 [\s\S]*?\r\n\r\n([^\n]+)/.exec(text);
  return match?.[1] === undefined ? 'refused' : { server: match[1].trim() };
}

function main(host: string, port: number, intervalMs: number): void {
  const second = new Tally(monotonicMs());
  const span = new Tally(monotonicMs());
  const print = (value: object): void => void process.stdout.write(`${JSON.stringify(value)}\n`);
  setInterval(() => {
    ask(host, port, (fate) => {
      const now = monotonicMs();
      for (const tally of [second, span]) {
        if (typeof fate === 'string') tally.failed(fate);
        else tally.answered(fate.server, now);
      }
    });
  }, intervalMs);
  setInterval(() => print(second.take(monotonicMs())), REPORT_MS);
  const cutter = new LineCutter((line) => {
    if (line.startsWith('span ')) print({ name: line.slice(5), ...span.take(monotonicMs()) });
  });
  process.stdin.on('data', (chunk) => cutter.push(chunk));
  process.stdin.on('end', () => process.exit(0));
}

main(process.argv[2] ?? '', Number(process.argv[3]), Number(process.argv[4]));
