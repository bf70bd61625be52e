/** The checks of services, each with servers that answer anything at all. */
import type { NegotiateSpec } from 'ts-ldirectord/checks/check';
import { dnsProbe } from 'ts-ldirectord/checks/dns';
import { ftpProbe } from 'ts-ldirectord/checks/ftp';
import { httpProbe } from 'ts-ldirectord/checks/http';
import { imapProbe } from 'ts-ldirectord/checks/imap';
import { ldapProbe } from 'ts-ldirectord/checks/ldap';
import { mysqlProbe } from 'ts-ldirectord/checks/mysql';
import { nntpProbe } from 'ts-ldirectord/checks/nntp';
import { pgsqlProbe } from 'ts-ldirectord/checks/pgsql';
import { popProbe } from 'ts-ldirectord/checks/pop';
import type { Finding, Probe } from 'ts-ldirectord/checks/probe';
import { simpletcpProbe } from 'ts-ldirectord/checks/simpletcp';
import { sipProbe } from 'ts-ldirectord/checks/sip';
import { smtpProbe } from 'ts-ldirectord/checks/smtp';
import { claim, type Target } from '../target.js';
import { connectionsOpened, type Fit, letServersSay, PLAIN_RULES, TURN } from './saidserver.js';

const SPEC: NegotiateSpec = {
  kind: 'negotiate',
  service: 'http',
  protocol: 'tcp',
  address: '127.0.0.1',
  port: 80,
  timeout: 5000,
  request: '/x',
  url: 'http://127.0.0.1:80/x',
  method: 'GET',
  receive: { source: 'Test', regexp: /Test/ },
  login: 'mon',
  password: 'secret',
  database: 'db',
  secret: 'hidden',
};

/** A check ends in one finding, whatever the server says, and keeps nothing open. */
function checkTarget(
  service: NegotiateSpec['service'],
  probe: Probe,
  seeds: readonly string[],
  tokens: readonly string[] = [],
  fit?: Fit,
): Target {
  return {
    name: `check-${service}`,
    tokens: [TURN, '\r\n', ...tokens],
    seeds: () => seeds,
    async run(bytes) {
      letServersSay(bytes, fit);
      let close = (): void => {};
      const finding = await new Promise<Finding>((resolve) => {
        close = probe(resolve);
      });
      close();
      claim(connectionsOpened() > 0, 'a check that has not asked the server');
      claim(typeof finding.up === 'boolean', 'neither up nor down');
      claim(typeof finding.message === 'string', 'a finding that says nothing');
      claim(finding.impossible !== true, 'a server made a check impossible');
    },
  };
}

function spec(service: NegotiateSpec['service'], change: Partial<NegotiateSpec> = {}) {
  return { ...SPEC, service, ...change };
}

function turns(...said: readonly string[]): string {
  return said.join(TURN);
}

function hex(text: string): string {
  return Buffer.from(text, 'hex').toString('latin1');
}

export const HTTP = checkTarget(
  'http',
  httpProbe(spec('http'), PLAIN_RULES),
  [
    'HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nTest Page',
    'HTTP/1.0 302 Found\r\nLocation: /other\r\n\r\n',
    'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nTest\r\n0\r\n\r\n',
    'HTTP/1.1 301 Moved\r\nLocation: https://[::1]:8443/x?y#z\r\nContent-Length: 0\r\n\r\n',
    'HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\n',
    'HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 204 No Content\r\n\r\n',
    'HTTP/1.1 401 Unauthorized\r\nContent-Encoding: gzip\r\n\r\n',
  ],
  [
    'Location: ',
    'http://',
    'https://',
    '//',
    '../',
    '?',
    '%2e',
    'Content-Length: ',
    ' 200 ',
    ' 302 ',
  ],
);

export const FTP = checkTarget(
  'ftp',
  ftpProbe(spec('ftp')),
  [
    turns(
      ...['220 ready\r\n', '331 password\r\n', '230 in\r\n', '250 ok\r\n', '200 binary\r\n'],
      ...['227 Entering Passive Mode (127,0,0,1,195,80)\r\n', '150 opening\r\n', 'Test'],
    ),
    turns(
      '220-two\r\n220 lines\r\n',
      '230 in\r\n',
      '550 no\r\n',
      '500 no\r\n',
      '227 (1,2,3,4,5,6)\r\n',
    ),
  ],
  ['220 ', '220-', '331 ', '230 ', '227 ', '150 ', '226 ', ',', '(', ')'],
);

export const SMTP = checkTarget(
  'smtp',
  smtpProbe(spec('smtp')),
  [
    turns('220 mail\r\n', '250-mail\r\n250 HELP\r\n'),
    turns('220 mail\r\n', '502 what\r\n', '250 hello\r\n'),
  ],
  ['220 ', '220-', '250 ', '250-', '502 '],
);

export const IMAP = checkTarget(
  'imap',
  imapProbe(spec('imap'), PLAIN_RULES),
  [turns('* OK ready\r\n', '* CAPABILITY IMAP4\r\n0 OK in\r\n'), '* PREAUTH\r\n', '* BYE\r\n'],
  ['* OK', '0 OK', '0 NO', '* '],
);

export const POP = checkTarget(
  'pop',
  popProbe(spec('pop'), PLAIN_RULES),
  [
    turns('+OK <1.2@host>\r\n', '+OK in\r\n', '+OK 2 300\r\n'),
    turns(
      '+OK\r\n',
      '+OK\r\nSASL PLAIN CRAM-MD5\r\n.\r\n',
      '+ PDEuMkBob3N0Pg==\r\n',
      '+OK\r\n',
      '+OK\r\n',
    ),
    turns('+OK\r\n', '-ERR\r\n', '+OK\r\n', '+OK\r\n', '+OK 0 0\r\n'),
  ],
  ['+OK', '-ERR', '+ ', '<1@h>', 'SASL ', 'CRAM-MD5', '.\r\n'],
);

export const NNTP = checkTarget('nntp', nntpProbe(spec('nntp')), ['200 news\r\n', '400 no\r\n']);

export const SIP = checkTarget(
  'sip',
  sipProbe(spec('sip')),
  ['SIP/2.0 200 OK\r\nVia: x\r\n\r\n', 'SIP/2.0 404 Not Found\r\n\r\n'],
  ['SIP/2.0 200 OK'],
);

export const SIMPLETCP = checkTarget('simpletcp', simpletcpProbe(spec('simpletcp')), [
  'Test Page\n',
  'one\ntwo\nTest',
]);

const LDAP_SEEDS = [
  turns(hex('300c02010161070a010004000400'), hex('300d02010264080404') + hex('78783d783000')),
  turns(
    hex('300c02010161070a010004000400'),
    `${hex('301302010264')}${hex('0e0408')}cn=Test,${hex('3000')}${hex('300c02010265070a010004000400')}`,
  ),
  turns(hex('300c02010161070a013104000400')),
  turns(hex('30840000000c02010161070a010004000400')),
];

export const LDAP = checkTarget(
  'ldap',
  ldapProbe(spec('ldap', { receive: { source: 'x', regexp: /x/ } }), PLAIN_RULES),
  LDAP_SEEDS,
  [hex('3084'), hex('020101'), hex('020102'), hex('0a0100'), hex('6107'), hex('6507'), hex('6408')],
);

/** The answer to a question bears its number. */
const sameNumber: Fit = (said, answer) => {
  if (said.length >= 4 && answer.length >= 4) said.copy(answer, 2, 2, 4);
};

export const DNS = checkTarget(
  'dns',
  dnsProbe(spec('dns', { receive: { source: '80', regexp: /80/ } })),
  [
    `${TURN}${hex('0023000081800001000100000000' + '01780000010001')}${hex('c00c00010001000000010004c0000250')}`,
    `${TURN}${hex('0014000081830001000000000000' + '0178000001000100')}`,
    `${TURN}${hex('0032000081800001000100000000' + '01780000010001')}${hex('c00c000500010000000100130377777704686f7374')}`,
  ],
  [hex('c00c'), hex('0001'), hex('000c'), hex('0010'), hex('0021'), hex('002e'), hex('0029')],
  sameNumber,
);

const MYSQL_GREETING =
  '4a0000000a382e302e343000010000006162636465666768' +
  '00fef7210200bf8015000000000000000000006d6e6f70717273747576777800' +
  '6d7973716c5f6e61746976655f70617373776f726400';
const MYSQL_ANSWER =
  '0100000101170000020364656600000001780c3f000100000008810000000000' +
  '05000003fe00000200' +
  '02000004013105000005fe00000200';

export const MYSQL = checkTarget(
  'mysql',
  mysqlProbe(spec('mysql'), PLAIN_RULES),
  [
    turns(hex(MYSQL_GREETING), hex('0700000200000002000000'), hex(MYSQL_ANSWER)),
    turns(hex(MYSQL_GREETING), `${hex('17000002ff1504233238303030')}Access denied`),
    turns(hex(MYSQL_GREETING), `${hex('2c000002fe')}caching_sha2_password\0abcdefghijklmnopqrst\0`),
  ],
  [hex('000002'), hex('fe'), hex('ff'), 'mysql_native_password\0', 'caching_sha2_password\0'],
);

export const PGSQL = checkTarget(
  'pgsql',
  pgsqlProbe(spec('pgsql'), PLAIN_RULES),
  [
    turns(
      hex('5200000008000000005a0000000549'),
      hex('540000001a00017800000000000000000000720004ffffffff0000') +
        hex('440000000b00010000000131') +
        hex('430000000d53454c454354203100') +
        hex('5a0000000549'),
    ),
    turns(hex('520000000c0000000561626364'), hex('45000000095300') + hex('4d780000')),
    turns(
      `${hex('52000000170000000a')}SCRAM-SHA-256\0\0`,
      `${hex('520000002e0000000b')}r=abc,s=c2FsdA==,i=4096`,
    ),
    turns(
      hex('530000000861006200') + hex('4b0000000c0000000100000002') + hex('4e0000000853780000'),
    ),
  ],
  [
    'SCRAM-SHA-256\0',
    'r=',
    ',s=',
    ',i=4096',
    hex('5a0000000549'),
    hex('52000000'),
    hex('45000000'),
  ],
);
