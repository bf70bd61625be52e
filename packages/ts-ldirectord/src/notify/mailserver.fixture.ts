/** A mail server for tests: takes every mail, or does not, and keeps what was said. */
import { once } from 'node:events';
import net from 'node:net';

export interface TakenMail {
  readonly from: string;
  readonly recipients: readonly string[];
  /** Header fields by name. */
  readonly header: Readonly<Record<string, string>>;
  readonly body: string;
}

/** Splits a message; lines end with a newline. */
export function readMessage(text: string): Pick<TakenMail, 'header' | 'body'> {
  const end = text.indexOf('\n\n');
  const lines = text.slice(0, end).split('\n');
  const fields = lines.map((line) => {
    const colon = line.indexOf(': ');
    return [line.slice(0, colon), line.slice(colon + 2)] as const;
  });
  return { header: Object.fromEntries(fields), body: text.slice(end + 2) };
}

export class MailServer {
  readonly mails: TakenMail[] = [];
  /** Connections are taken, but nothing is said. */
  silent = false;
  /** What the server says to a command instead of 250, by its first word. */
  readonly answers = new Map<string, string>();
  readonly #server = net.createServer((socket) => this.#serve(socket));
  readonly #sockets = new Set<net.Socket>();
  #connections = 0;

  get connections(): number {
    return this.#connections;
  }

  get port(): number {
    const address = this.#server.address();
    return typeof address === 'object' ? (address?.port ?? 0) : 0;
  }

  async open(port: number): Promise<void> {
    this.#server.listen(port, '127.0.0.1');
    await once(this.#server, 'listening');
  }

  async close(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    this.#server.close();
    await once(this.#server, 'close');
  }

  #serve(socket: net.Socket): void {
    this.#connections += 1;
    this.#sockets.add(socket);
    socket.on('close', () => this.#sockets.delete(socket)).on('error', () => undefined);
    if (this.silent) return;
    let from = '';
    let recipients: string[] = [];
    let message: string[] | undefined;
    let rest = '';
    const say = (text: string) => socket.write(`${text}\r\n`);
    say('220 mail.test ESMTP');
    socket.setEncoding('latin1').on('data', (chunk: string) => {
      const lines = (rest + chunk).split('\r\n');
      rest = lines.pop() ?? '';
      for (const line of lines) {
        if (message !== undefined) {
          if (line !== '.') {
            message.push(line.replace(/^\./, ''));
            continue;
          }
          this.mails.push({ from, recipients, ...readMessage(`${message.join('\n')}\n`) });
          message = undefined;
          recipients = [];
          say('250 queued');
          continue;
        }
        const [, word = '', path = ''] = /^(\w+)(?:[^<]*<(.*)>)?/.exec(line) ?? [];
        const verb = word.toUpperCase();
        const answer = this.answers.get(verb) ?? this.answers.get(path);
        if (answer !== undefined) say(answer);
        else if (verb === 'DATA') {
          message = [];
          say('354 go');
        } else if (verb === 'QUIT') socket.end('221 bye\r\n');
        else {
          if (verb === 'MAIL') from = path;
          if (verb === 'RCPT') recipients.push(path);
          say('250 ok');
        }
      }
    });
  }
}
