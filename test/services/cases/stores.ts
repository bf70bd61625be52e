/** ldap, dns, databases and radius: services that have something to look up. */
import { ORACLE_PORT } from '../peerports.js';
import type { ServiceCase, Wrong } from './servicecase.js';

const ACCOUNT = { login: '"check"', passwd: '"right-password"' };
const WRONG_PASSWORD = { passwd: '"wrong-password"' };

function ldap(service: 'ldap' | 'ldaps', port: number): ServiceCase {
  const wrong: readonly Wrong[] = [
    {
      what: 'has no such entry',
      lines: { request: '"ou=gone,dc=example,dc=test"' },
      says: /^No answer received$/,
    },
    { what: 'has another entry', lines: { receive: '"ou=clients"' }, says: /^Response mismatch$/ },
    {
      what: 'refuses the password',
      lines: { login: '"cn=check,dc=example,dc=test"', ...WRONG_PASSWORD },
      says: /^Bind failed$/,
    },
  ];
  return {
    name: service,
    server: 'slapd',
    port,
    lines: {
      service,
      request: '"ou=servers,dc=example,dc=test"',
      receive: '"ou=servers"',
      login: '"cn=check,dc=example,dc=test"',
      passwd: '"right-password"',
    },
    wrong: service === 'ldap' ? wrong : [...wrong, { what: 'speaks no TLS', port: 389, says: /./ }],
  };
}

const LDAP_ANONYMOUS: ServiceCase = {
  name: 'ldap for anybody',
  server: 'slapd',
  port: 389,
  lines: { service: 'ldap', request: '"dc=example,dc=test"' },
  wrong: [],
};

function dns(protocol: 'tcp' | 'udp', six = false): ServiceCase {
  return {
    name: `dns over ${protocol}${six ? ' over IPv6' : ''}`,
    server: 'named',
    port: 53,
    six,
    lines: {
      service: 'dns',
      protocol,
      request: '"www.example.test"',
      receive: '"10\\.20\\.0\\.2"',
    },
    wrong: six
      ? []
      : [
          { what: 'has no such name', lines: { request: '"gone.example.test"' }, says: /./ },
          { what: 'does not have the zone', lines: { request: '"www.other.test"' }, says: /./ },
          {
            what: 'has another address',
            lines: { receive: '"10\\.20\\.0\\.3"' },
            says: /^Response mismatch$/,
          },
          { what: 'has no address', lines: { request: '"text.example.test"' }, says: /./ },
        ],
  };
}

const DNS_REVERSE: ServiceCase = {
  name: 'dns of an address',
  server: 'named',
  port: 53,
  lines: { service: 'dns', protocol: 'udp', request: '"10.20.0.1"', receive: '"^www\\."' },
  wrong: [{ what: 'has no name', lines: { request: '"10.20.0.9"' }, says: /./ }],
};

const DNS_ALIAS: ServiceCase = {
  name: 'dns of an alias',
  server: 'named',
  port: 53,
  lines: {
    service: 'dns',
    protocol: 'udp',
    request: '"alias.example.test"',
    receive: '"10.20.0.1"',
  },
  wrong: [],
};

function sql(service: 'mysql' | 'pgsql', port: number, database: string): ServiceCase {
  return {
    name: service,
    server: service === 'mysql' ? 'mariadb' : 'postgresql',
    port,
    lines: {
      service,
      ...ACCOUNT,
      database: `"${database}"`,
      request: '"SELECT id FROM enabled"',
    },
    wrong: [
      { what: 'has no rows', lines: { request: '"SELECT id FROM nobody"' }, says: /rows/ },
      { what: 'has no such table', lines: { request: '"SELECT id FROM gone"' }, says: /gone/ },
      { what: 'has no such database', lines: { database: '"gone"' }, says: /gone/ },
      { what: 'refuses the password', lines: WRONG_PASSWORD, says: /check/ },
    ],
  };
}

const RADIUS: ServiceCase = {
  name: 'radius',
  server: 'freeradius',
  port: 1812,
  lines: { service: 'radius', protocol: 'udp', ...ACCOUNT, secret: '"radius-secret"' },
  wrong: [
    { what: 'refuses the password', lines: WRONG_PASSWORD, says: /./ },
    { what: 'does not know the user', lines: { login: '"nobody"' }, says: /./ },
    {
      what: 'has another secret',
      lines: { secret: '"other-secret"' },
      unheard: true,
      says: /^no answer within 1 s/,
    },
  ],
};

/** There is no such server among the packages of Debian: a listener that knows no database. */
const ORACLE: ServiceCase = {
  name: 'oracle',
  server: 'scripted',
  port: ORACLE_PORT,
  lines: { service: 'oracle', ...ACCOUNT, database: '"pool"', request: '"SELECT 1 FROM dual"' },
  wrong: [],
  never: /^NJS-518: .*not registered/,
};

export const STORE_CASES: readonly ServiceCase[] = [
  ldap('ldap', 389),
  ldap('ldaps', 636),
  LDAP_ANONYMOUS,
  dns('udp'),
  dns('tcp'),
  dns('udp', true),
  DNS_REVERSE,
  DNS_ALIAS,
  sql('mysql', 3306, 'pool'),
  sql('pgsql', 5432, 'postgres'),
  RADIUS,
  ORACLE,
];
