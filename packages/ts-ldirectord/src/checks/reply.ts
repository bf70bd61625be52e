/** Replies of servers that begin with three digits, as smtp and ftp have them. */
import { type Conversation, TalkError } from './conversation.js';

export interface Reply {
  readonly code: string;
  /** All lines, joined by line feeds. */
  readonly text: string;
}

/** The next reply. One of several lines ends with the line where no `-` follows the code. */
export async function replyOf(server: Conversation): Promise<Reply> {
  let line = await server.line();
  const [code] = /^\d{3}/.exec(line) ?? [];
  if (code === undefined) throw new TalkError('no reply code');
  const lines = [line];
  const more = (): boolean =>
    lines.length === 1 ? line[3] === '-' : !line.startsWith(code) || !/^ ?$/.test(line[3] ?? '');
  while (more()) {
    line = await server.line();
    lines.push(line);
  }
  return { code, text: lines.join('\n') };
}

/** Says a command and waits for the reply. */
export function ask(server: Conversation, command: string): Promise<Reply> {
  server.say(command);
  return replyOf(server);
}

/** Throws unless the code begins with that digit; `what` was answered stands in the error. */
export function expectCode({ code }: Reply, digit: string, what: string): void {
  if (!code.startsWith(digit)) throw new TalkError(`${what}: ${code}`);
}
