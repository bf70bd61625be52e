/** The lines `respawn` and `failfast`: programs that heartbeat starts and watches. */
import { CLIENTS_MAX, type Draft, type Word } from './draft.js';

/** A user name has to be shorter than this. */
const USER_LENGTH_LIMIT = 64;

/** Takes the rest of the line: `user /path arguments…`. */
export function takeClient(draft: Draft, directive: Word, rest: Word): void {
  const [, user = '', gap = '', command = ''] =
    /^([^ \t\f]*)([ \t\f]*)(.*)$/s.exec(rest.text) ?? [];
  const program: Word = {
    line: rest.line,
    column: rest.column + user.length + gap.length,
    text: /^[^ \t\f]*/.exec(command)?.[0] ?? '',
  };
  if (user.length >= USER_LENGTH_LIMIT) {
    draft.reject(rest, 'HA_CF_BAD_CLIENT', 'UID specified for client child is too long');
    return;
  }
  const account = draft.machine.user(user);
  if (account === undefined) {
    draft.reject(rest, 'HA_CF_BAD_CLIENT', `Invalid uid [${user}] specified for client child`);
    return;
  }
  if (!program.text.startsWith('/')) {
    const text = `Client child command [${command}] is not full pathname`;
    draft.reject(program, 'HA_CF_BAD_CLIENT', text);
    return;
  }
  if (!draft.machine.isExecutable(program.text)) {
    const text = `Client child command [${program.text}] is not executable`;
    draft.reject(program, 'HA_CF_BAD_CLIENT', text);
    return;
  }
  if (draft.clients.length >= CLIENTS_MAX) {
    draft.refuse(directive.text, program, `no more than ${CLIENTS_MAX} clients are possible`);
    return;
  }
  const failfast = directive.text === 'failfast';
  draft.clients.push({ user, ...account, command: command.trimEnd(), failfast });
}
