/** http, https, http_proxy and connect at nginx and tinyproxy. */
import { addressOfServer } from '../servers/servers.js';
import type { ServiceCase, Wrong } from './servicecase.js';

const PAGE = { request: '"test.html"', receive: '"Test Page"' };
const WRONG_PAGES: readonly Wrong[] = [
  { what: 'shows another page', lines: { receive: '"Other Page"' }, says: /^Test Page\n$/ },
  { what: 'has no such page', lines: { request: '"gone.html"' }, says: /^404 Not Found$/ },
  { what: 'has an error', lines: { request: '"broken"' }, says: /^500 Internal Server Error$/ },
];
const NAMED = { virtualhost: '"www.example.test"' };
const UNNAMED = { virtualhost: '"other.example.test"' };

/** The same over both families and with and without TLS. */
function pages(service: 'http' | 'https', six: boolean): ServiceCase {
  return {
    name: six ? `${service} over IPv6` : service,
    server: 'nginx',
    port: service === 'http' ? 80 : 443,
    six,
    lines: { service, ...PAGE },
    wrong: six ? [] : WRONG_PAGES,
  };
}

function proxied(url: string): string {
  return `"http://${url}"`;
}

export function webCases(): readonly ServiceCase[] {
  const origin = addressOfServer('nginx');
  return [
    pages('http', false),
    pages('http', true),
    pages('https', true),
    {
      ...pages('https', false),
      wrong: [...WRONG_PAGES, { what: 'speaks no TLS', port: 80, says: /./ }],
    },
    {
      name: 'http with a redirect',
      server: 'nginx',
      port: 80,
      lines: { service: 'http', request: '"moved"', receive: '"Test Page"' },
      wrong: [],
    },
    {
      name: 'http with HEAD',
      server: 'nginx',
      port: 80,
      lines: { service: 'http', httpmethod: 'HEAD', request: '"test.html"' },
      wrong: [{ what: 'has no such page', lines: { request: '"gone.html"' }, says: /^404 / }],
    },
    {
      name: 'http of a virtual host',
      server: 'nginx',
      port: 80,
      lines: { service: 'http', request: '"/"', receive: '"Named Page"', ...NAMED },
      wrong: [{ what: 'has no such host', lines: UNNAMED, says: /^Default Page\n$/ }],
    },
    {
      name: 'https with the name in the handshake',
      server: 'nginx',
      port: 443,
      lines: { service: 'https', request: '"sni"', receive: '"<www\\.example\\.test>"', ...NAMED },
      wrong: [{ what: 'was called otherwise', lines: UNNAMED, says: /<other\.example\.test>/ }],
    },
    {
      name: 'http_proxy',
      server: 'tinyproxy',
      behind: 'nginx',
      port: 3128,
      lines: {
        service: 'http_proxy',
        request: proxied(`${origin}/test.html`),
        receive: '"Test Page"',
      },
      wrong: [
        {
          what: 'fetches another page',
          lines: { request: proxied(`${origin}/`) },
          says: /^Default Page\n$/,
        },
        {
          what: 'finds no such page',
          lines: { request: proxied(`${origin}/gone.html`) },
          says: /^404 /,
        },
        {
          what: 'does not fetch this',
          lines: { request: proxied('filtered.test/') },
          says: /^403 /,
        },
      ],
    },
    {
      name: 'connect',
      server: 'nginx',
      port: 80,
      lines: { checktype: 'connect' },
      wrong: [],
      connects: true,
    },
  ];
}
