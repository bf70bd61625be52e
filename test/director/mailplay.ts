/**
 * The part of the mail test that runs in the box: a server that goes and comes back, under an
 * ldirectord that tells of it. Prints the mails as JSON.
 */
import { execFileSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { MailServer, readMessage, type TakenMail } from 'ts-ldirectord/notify/mailserver.fixture';
import { SIMULATION } from '../ldirectord/places.js';
import { daemonPid, Play, putFile } from '../ldirectord/play.js';
import { addAddresses, RealServer } from '../ldirectord/realserver.js';

const SERVER = '10.0.0.1';
const SENT = '/run/sent';
const LIMIT_MS = 30_000;

/** A sendmail program for this box alone: each call becomes a line of a file. */
function laySendmail(): void {
  const script = `#!/bin/sh
{ printf '%s\\001' "$*"; tr '\\n' '\\002'; echo; } >>${SENT}
`;
  for (const folder of ['/run/upper', '/run/work']) mkdirSync(folder);
  const place = 'lowerdir=/usr/sbin,upperdir=/run/upper,workdir=/run/work';
  execFileSync('mount', ['-t', 'overlay', 'overlay', '-o', place, '/usr/sbin']);
  execFileSync('mount', ['--bind', `${SIMULATION}/ipvsadm`, '/usr/sbin/ipvsadm']);
  execFileSync('rm', ['-f', '/usr/sbin/sendmail']);
  writeFileSync('/usr/sbin/sendmail', script);
  chmodSync('/usr/sbin/sendmail', 0o755);
}

/** What was given to it; the words of the call stand where an envelope would. */
function sent(): TakenMail[] {
  if (!existsSync(SENT)) return [];
  const calls = readFileSync(SENT, 'utf8').split('\n').slice(0, -1);
  return calls.map((call) => {
    const [from = '', text = ''] = call.split('\x01');
    return { from, recipients: [], ...readMessage(text.replaceAll('\x02', '\n')) };
  });
}

async function until(what: string, holds: () => boolean): Promise<void> {
  for (const end = performance.now() + LIMIT_MS; !holds(); await sleep(20)) {
    if (performance.now() > end) throw new Error(`${what} did not come`);
  }
}

async function play(program: string, configuration: string): Promise<TakenMail[]> {
  laySendmail();
  addAddresses([SERVER]);
  const server = new RealServer({ ip: SERVER, port: 80, body: 'Test Page\n' });
  await server.become({});
  const mailServer = new MailServer();
  await mailServer.open(25);
  putFile('/etc/ha.d/ldirectord.cf', { content: configuration });
  const mails = () => [...mailServer.mails, ...sent()];
  const running = (subject: string) => (mail: TakenMail) =>
    mail.body.includes('Daemon-Status: running') && mail.header.Subject?.includes(subject) === true;
  const director = new Play([program]);
  await director.command(['start']);
  await until('the start', () => /Weight set to 1/.test(mails().at(-1)?.header.Subject ?? ''));
  // Through the start: what follows is said of a running daemon.
  await sleep(2500);
  await server.become({ state: 'refuse' });
  await until('the failure', () => mails().some(running('Quiescent')));
  await until('a reminder', () => mails().some(running('Inaccessible')));
  await server.become({ state: 'up' });
  const told = mails().length;
  await until('the return', () => mails().slice(told).some(running('Restored')));
  await director.command(['stop']);
  await until('the stop', () => daemonPid() === undefined);
  await until('the last mail', () => mails().some(({ body }) => body.includes('stopping')));
  return mails();
}

const [program = '', configuration = ''] = process.argv.slice(2);
const found = await play(program, configuration);
process.stdout.write(JSON.stringify(found), () => process.exit(0));
