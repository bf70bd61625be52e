/** Rows on keys and signatures. */
import type { Keyring } from '@ts-heartbeat/core/auth/keyring';
import { digest, sign } from '@ts-heartbeat/core/auth/sign';
import { encodeDatagram, encodeNetstringDatagram } from '@ts-heartbeat/core/message/datagram';
import { handmade, linesOf } from '../peer.js';
import type { Row } from '../row.js';
import { accepted } from './probe.js';

/** The keys of the bench; the second signs. */
export const SEVERAL: Keyring = {
  signing: 2,
  keys: new Map([
    [1, { method: 'crc', key: '' }],
    [2, { method: 'sha1', key: 'second' }],
    [3, { method: 'md5', key: 'third' }],
    [4, { method: 'md5', key: 'second' }],
    [5, { method: 'sha1', key: '\xe4\xf6' }],
  ]),
};

/** The same as a file. */
export const SEVERAL_FILE = `auth 2
1 crc
2 sha1 second
3 md5 third
4 md5 second
5 sha1 \xe4\xf6
`;

function signedWith(number: number): Keyring {
  return { ...SEVERAL, signing: number };
}

/** A status whose token is made of the digest of its lines. */
function token(
  name: string,
  make: (text: string) => string | null,
  how: { readonly authAt?: number } = {},
  extra: Pick<Row, 'ours'> = {},
): Row {
  return {
    name,
    ...extra,
    play: ({ send, peer, keyring }) => {
      const lines = linesOf(peer.status({ st: 'probe' }));
      send(handmade(lines, keyring, { ...how, auth: make(`${lines.join('\n')}\n`) }));
    },
  };
}

const right = (text: string): string => sign(text, SEVERAL);

export const SIGNING: readonly Row[] = [
  ...[1, 2, 3, 4, 5].map(
    (number): Row => ({
      name: `key ${number}`,
      play: ({ send, peer }) =>
        send(encodeDatagram(peer.status({ st: 'probe' }), signedWith(number))),
    }),
  ),
  ...[1, 2, 3, 4].map(
    (number): Row => ({
      name: `netstring, key ${number}`,
      ...(number === 3
        ? accepted(
            'the genuine daemon uses the text of its own signing key with the method of key 3',
          )
        : {}),
      play: ({ send, peer }) =>
        send(encodeNetstringDatagram(peer.status({ st: 'probe' }), signedWith(number), true)),
    }),
  ),
  token('no auth', () => null),
  token('auth empty', () => ''),
  token('auth without digest', () => '2'),
  token('auth without digest, with blank', () => '2 '),
  token('auth a word', () => 'x'),
  token('auth first', right, { authAt: 0 }),
  token('auth in the middle', right, { authAt: 3 }),
  token('a key that is not there', (text) => right(text).replace(/^2/, '7')),
  token('key 16', (text) => right(text).replace(/^2/, '16')),
  token('key -1', (text) => right(text).replace(/^2/, '-1')),
  token('key 99999999999', (text) => right(text).replace(/^2/, '99999999999')),
  token('the digest of another key', (text) => right(text).replace(/^2/, '3')),
  token('the number with a zero before', (text) => `0${right(text)}`),
  token('the number with a plus', (text) => `+${right(text)}`),
  token('a blank before', (text) => ` ${right(text)}`),
  token('a blank behind', (text) => `${right(text)} `),
  token('a word behind', (text) => `${right(text)} x`),
  token('two blanks between', (text) => right(text).replace(' ', '  ')),
  token('a tab between', (text) => right(text).replace(' ', '\t')),
  token('the digest in capitals', (text) => right(text).toUpperCase()),
  token('the digest cut', (text) => right(text).slice(0, -1)),
  token('the digest of 64 digits', (text) => right(text).padEnd(66, '0')),
  token('the digest of 5000 digits', (text) => right(text).padEnd(5000, '0')),
  token('crc with zeros before', (text) => `1 000${digest({ method: 'crc', key: '' }, text)}`),
  token('the digest of other lines', (text) => right(`${text}x`)),
  {
    name: 'auth twice, first right',
    play: ({ send, peer, keyring }) => {
      const lines = linesOf(peer.status({ st: 'probe' }));
      send(
        handmade([...lines, `auth=${right(`${lines.join('\n')}\n`)}`], keyring, { auth: '2 0' }),
      );
    },
  },
  {
    name: 'auth twice, last right',
    play: ({ send, peer, keyring }) => {
      const lines = linesOf(peer.status({ st: 'probe' }));
      send(handmade(['auth=2 0', ...lines], keyring, { signed: lines }));
    },
  },
  {
    name: 'auth twice, both right',
    play: ({ send, peer, keyring }) => {
      const lines = linesOf(peer.status({ st: 'probe' }));
      const auth = `auth=${right(`${lines.join('\n')}\n`)}`;
      send(handmade([auth, ...lines], keyring, { signed: lines }));
    },
  },
  {
    name: 'auth as a binary field',
    play: ({ send, peer, keyring }) => {
      const lines = linesOf(peer.status({ st: 'probe' }));
      const auth = Buffer.from(right(`${lines.join('\n')}\n`)).toString('base64');
      send(handmade([...lines, `(1)auth=${auth}`], keyring, { auth: null }));
    },
  },
  {
    name: 'a field changed behind the signature',
    play: ({ send, peer, keyring }) => {
      const lines = linesOf(peer.status({ st: 'probe' }));
      send(handmade([...lines, 'x=y'], keyring, { signed: lines }));
    },
  },
];
