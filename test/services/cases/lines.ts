/** ftp, mail, news, sip and simpletcp: services that are spoken in lines. */
import { ECHO_PORT, KNOWN, SIP_PORT } from '../peerports.js';
import { NO_NEWS_PORT } from '../servers/leafnode.js';
import { NO_CLIENT_PORT, NO_NAME_PORT } from '../servers/postfix.js';
import type { ServiceCase } from './servicecase.js';

const ACCOUNT = { login: '"check"', passwd: '"right-password"' };
const WRONG_PASSWORD = { passwd: '"wrong-password"' };

const FTP: ServiceCase = {
  name: 'ftp',
  server: 'vsftpd',
  port: 21,
  lines: { service: 'ftp', request: '"test.txt"', receive: '"Test File"' },
  wrong: [
    { what: 'has another file', lines: { receive: '"Other File"' }, says: /./ },
    { what: 'has no such file', lines: { request: '"gone.txt"' }, says: /550/ },
    { what: 'refuses the password', lines: WRONG_PASSWORD, says: /530/ },
  ],
};

const FTP_LOGIN: ServiceCase = {
  ...FTP,
  name: 'ftp with a password',
  lines: { ...FTP.lines, login: '"anonymous"', passwd: '"right-password"' },
  wrong: [],
};

function smtp(service: 'smtp' | 'submission', port: number): ServiceCase {
  return {
    name: service,
    server: 'postfix',
    port,
    lines: { service },
    wrong: [
      { what: 'turns the client away', port: NO_CLIENT_PORT, says: /554/ },
      { what: 'does not take the name', port: NO_NAME_PORT, says: /5\d\d/ },
    ],
  };
}

function mailbox(service: 'pop' | 'pops' | 'imap' | 'imaps', port: number): ServiceCase {
  const refusal = service.startsWith('pop') ? /^PASS was refused$/ : /^LOGIN was refused$/;
  return {
    name: service,
    server: 'dovecot',
    port,
    lines: { service, ...ACCOUNT },
    wrong: [
      { what: 'refuses the password', lines: WRONG_PASSWORD, says: refusal },
      { what: 'does not know the user', lines: { login: '"nobody"' }, says: refusal },
    ],
  };
}

function withoutLogin(service: 'pop' | 'imap', port: number): ServiceCase {
  return {
    name: `${service} without a login`,
    server: 'dovecot',
    port,
    lines: { service },
    wrong: [],
  };
}

const NNTP: ServiceCase = {
  name: 'nntp',
  server: 'leafnode',
  port: 119,
  lines: { service: 'nntp' },
  wrong: [{ what: 'has no configuration', port: NO_NEWS_PORT, says: /banner/ }],
};

function sip(protocol: 'tcp' | 'udp'): ServiceCase {
  return {
    name: `sip over ${protocol}`,
    server: 'scripted',
    port: SIP_PORT,
    lines: { service: 'sip', protocol, login: `"${KNOWN}"` },
    wrong: [
      { what: 'does not know the user', lines: { login: '"nobody@x.test"' }, says: /200 OK/ },
    ],
  };
}

const SIMPLETCP: ServiceCase = {
  name: 'simpletcp',
  server: 'scripted',
  port: ECHO_PORT,
  lines: { service: 'simpletcp', request: '"ping\\n"', receive: '"^ping$"' },
  wrong: [{ what: 'answers otherwise', lines: { receive: '"pong"' }, says: /./ }],
};

export const LINE_CASES: readonly ServiceCase[] = [
  FTP,
  FTP_LOGIN,
  smtp('smtp', 25),
  smtp('submission', 587),
  mailbox('pop', 110),
  mailbox('pops', 995),
  mailbox('imap', 143),
  mailbox('imaps', 993),
  withoutLogin('pop', 110),
  withoutLogin('imap', 143),
  NNTP,
  sip('tcp'),
  sip('udp'),
  SIMPLETCP,
];
