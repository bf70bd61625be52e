/** Rows on the two forms of a message: markers, line ends, types of fields, sizes. */
import { sign } from '@ts-heartbeat/core/auth/sign';
import { encodeNetstringDatagram } from '@ts-heartbeat/core/message/datagram';
import { bytesOf } from '@ts-heartbeat/core/message/latin1';
import { Message } from '@ts-heartbeat/core/message/message';
import { encodeNetstring } from '@ts-heartbeat/core/message/netstring';
import { linesOf } from '../peer.js';
import type { Act, Row } from '../row.js';
import { accepted, bent, crafted, probe, refused } from './probe.js';

const UNUSED = 'what is no uuid is not used; that it came is not worth three lines';
const HARMLESS = 'no node sends it; we read what our own encoder can write';
const KILLS = 'the genuine daemon dies of it';

export const STRING: readonly Row[] = [
  bent('with a NUL', (text) => text),
  bent('without NUL', (text) => text.slice(0, -1)),
  bent('more behind the NUL', (text) => `${text}>>>\nnoise`),
  bent('more behind the end', (text) => `${text.slice(0, -1)}noise`),
  bent('another message behind', (text) => text.slice(0, -1) + text),
  bent('noise before', (text) => `noise\n${text}`),
  bent('a newline before', (text) => `\n${text}`),
  bent('no start', (text) => text.slice(4)),
  bent('start with a blank behind', (text) => text.replace('>>>\n', '>>> \n')),
  bent('no end', (text) => text.replace('<<<\n\0', '')),
  bent('end without newline', (text) => text.replace('<<<\n\0', '<<<')),
  bent('end without newline, with NUL', (text) => text.replace('<<<\n\0', '<<<\0')),
  bent('cut in the middle', (text) => text.slice(0, text.length / 2)),
  bent('empty', () => ''),
  bent('one byte', () => '>'),
  bent('only the markers', () => '>>>\n<<<\n\0'),
  bent('a NUL in the middle', (text) => text.replace('st=probe', 'st=pro\0be')),
  crafted('CRLF, signed with CR', (lines) => lines, { newline: '\r\n' }),
  crafted('CR alone', (lines) => lines, { newline: '\r' }),
  crafted('blank lines', (lines) => lines.flatMap((line) => ['', line]), {
    signed: [],
  }),
  bent('blank lines between', (text) => text.replaceAll('\n', '\n\n').replace('>>>\n\n', '>>>\n')),
  crafted('a line without =', (lines) => [...lines, 'nothing']),
  crafted('a field without name', (lines) => [...lines, '=x']),
  crafted('an empty value', (lines) => [...lines, 'x=']),
  crafted('a name with blanks', (lines) => [...lines, 'a b=c']),
  crafted('a value with =', (lines) => [...lines, 'x=a=b']),
  crafted('bytes above 127', (lines) => [...lines, 'x=\xe4\xff']),
  crafted('a byte 0x13 for a newline', (lines) => [...lines, 'x=a\x13b']),
  crafted('(0) before a name', (lines) => lines.map((l) => l.replace(/^st=/, '(0)st='))),
  crafted('(6) before a name', (lines) => [...lines, '(6)x=y']),
  crafted('(a) before a name', (lines) => [...lines, '(a)x=y']),
  crafted('() before a name', (lines) => [...lines, '()x=y']),
  crafted('( before a name', (lines) => [...lines, '(x=y']),
  crafted('(12) before a name', (lines) => [...lines, '(12)x=y']),
  crafted('binary', (lines) => [...lines, '(1)x=AAAA']),
  crafted('binary, empty', (lines) => [...lines, '(1)x=']),
  crafted('binary, no base64', (lines) => [...lines, '(1)x=*']),
  crafted('binary, three letters', (lines) => [...lines, '(1)x=AAA']),
  crafted('binary, stray bits', (lines) => [...lines, '(1)x=AB==']),
  crafted('binary, padding inside', (lines) => [...lines, '(1)x=AA==AAAA']),
  crafted(
    'srcuuid too short',
    (lines) => lines.map((l) => l.replace(/^\(1\).*/, '(1)srcuuid=AAAA')),
    {},
    accepted(UNUSED),
  ),
  crafted('srcuuid no base64', (lines) => lines.map((l) => l.replace(/^\(1\).*/, '(1)srcuuid=*'))),
  crafted(
    'srcuuid a string',
    (lines) => lines.map((l) => l.replace(/^\(1\)/, '')),
    {},
    accepted(UNUSED),
  ),
  crafted('a list', (lines) => [...lines, '(3)x=3:abc,4:defg,']),
  crafted('a list, empty', (lines) => [...lines, '(3)x='], {}, accepted(HARMLESS)),
  crafted('a list, broken', (lines) => [...lines, '(3)x=3:ab,']),
  crafted('a nested message', (lines) => [...lines, '(2)x=>>>\x14a=b\x14<<<\x14']),
  crafted('a nested message, broken', (lines) => [...lines, '(2)x=>>>\x14a\x14<<<\x14']),
  crafted('a nested message, no message', (lines) => [...lines, '(2)x=y']),
  crafted('a compressed field', (lines) => [...lines, '(4)x=AAAA']),
  crafted(
    'an uncompressed field',
    (lines) => [...lines, '(5)x=>>>\x14a=b\x14<<<\x14'],
    {},
    accepted(HARMLESS),
  ),
  probe('200 fields', Object.fromEntries([...Array(200).keys()].map((n) => [`x${n}`, 'y']))),
  probe(
    '2000 fields',
    Object.fromEntries([...Array(2000).keys()].map((n) => [`x${n}`, 'y'])),
    refused('a message has a limit of 1000 fields'),
  ),
  probe('a field of 60000 bytes', { x: 'y'.repeat(60_000) }),
  probe('a name of 1000 bytes', { ['x'.repeat(1000)]: 'y' }),
];

/** A status as a netstring, with something done to it before and after it is signed. */
function netstring(
  name: string,
  bend: (text: string) => string,
  after: (trailer: string, act: Act) => string = (trailer) => trailer,
  extra: Pick<Row, 'ours'> = {},
): Row {
  return {
    name: `netstring: ${name}`,
    ...extra,
    play: (act) => {
      const { send, peer, keyring } = act;
      const text = bend(encodeNetstring(peer.status({ st: 'probe' })));
      const token = sign(text, keyring);
      send(bytesOf(text + after(`${token.length}:${token},`, act)));
    },
  };
}

/** The field of a netstring with its length put right. */
function field(content: string): string {
  return `${content.length}:${content},`;
}

const END = '%%%\n';

function adding(content: string): (text: string) => string {
  return (text) => text.replace(END, content + END);
}

export const NETSTRING: readonly Row[] = [
  netstring('right', (text) => text),
  netstring(
    'with a NUL',
    (text) => text,
    (trailer) => `${trailer}\0`,
  ),
  netstring(
    'more behind',
    (text) => text,
    (trailer) => `${trailer}noise`,
  ),
  {
    name: 'netstring: with a right inner auth',
    play: ({ send, peer, keyring }) =>
      send(encodeNetstringDatagram(peer.status({ st: 'probe' }), keyring, true)),
  },
  netstring('with a wrong inner auth', adding(field('(0)auth=1 0'))),
  netstring(
    'no trailer',
    (text) => text,
    () => '',
  ),
  netstring(
    'a cut trailer',
    (text) => text,
    (trailer) => trailer.slice(0, -3),
  ),
  netstring(
    'a wrong digest',
    (text) => text,
    () => '3:1 0,',
  ),
  netstring(
    'an unknown key',
    (text) => text,
    () => '4:7 ff,',
  ),
  netstring(
    'a token without digest',
    (text) => text,
    () => '1:1,',
  ),
  netstring(
    'an empty trailer',
    (text) => text,
    () => '0:,',
  ),
  netstring(
    'the trailer twice',
    (text) => text,
    (trailer) => trailer + trailer,
  ),
  netstring('no end', (text) => text.replace(END, ''), undefined, refused(KILLS)),
  netstring('cut in the middle', (text) => text.slice(0, text.length / 2)),
  netstring('only the markers', () => `###\n${END}`),
  netstring('a length too long', (text) => text.replace('8:(0)ttl=3', '9:(0)ttl=3')),
  netstring('a length too short', (text) => text.replace('8:(0)ttl=3', '7:(0)ttl=3')),
  netstring('a length with zeros before', (text) => text.replace('8:(0)ttl=3', '008:(0)ttl=3')),
  netstring('a huge length', (text) => text.replace('8:(0)ttl=3', '99999999:(0)ttl=3')),
  netstring('a negative length', (text) => text.replace('8:(0)ttl=3', '-8:(0)ttl=3')),
  netstring('newlines between', (text) => text.replaceAll(',', ',\n')),
  netstring('no type', adding(field('x=y')), undefined, refused(KILLS)),
  netstring('type 6', adding(field('(6)x=y')), undefined, refused(KILLS)),
  netstring('no =', adding(field('(0)x'))),
  netstring('no name', adding(field('(0)=y'))),
  netstring('an empty value', adding(field('(0)x='))),
  netstring('a newline in a value', adding(field('(0)x=a\nb'))),
  netstring('a NUL in a value', adding(field('(0)x=a\0b')), undefined, refused(KILLS)),
  netstring('binary', adding(field('(1)x=\0\xff'))),
  netstring('a list', adding(field('(3)x=3:abc,4:defg,'))),
  netstring(
    'a broken list',
    adding(field('(3)x=3:ab,')),
    undefined,
    refused('what cannot be read is not passed on'),
  ),
  netstring('a nested message', adding(field(`(2)x=###\n${field('(0)a=b')}${END}`))),
  netstring('a broken nested message', adding(field('(2)x=y'))),
  netstring('a compressed field', adding(field('(4)x=abc'))),
  netstring('an uncompressed field', adding(field(`(5)x=###\n${field('(0)a=b')}${END}`))),
  netstring('seq twice, first right', adding(field('(0)seq=1'))),
  netstring('st twice', adding(field('(0)st=second'))),
  {
    name: 'netstring: of 1.99.4',
    ...accepted(`${KILLS}; ours reads it`),
    play: ({ send, peer, keyring }) => {
      const fields = linesOf(peer.status({ st: 'probe' }).without('srcuuid')).map((line) => {
        const [name = '', value = ''] = line.split('=');
        return `${field(name)}${field('0')}${field(value)}`;
      });
      const token = sign(fields.join(''), keyring);
      send(bytesOf(`###\n${fields.join('')}${field(token)}${END}\0`));
    },
  },
  {
    name: 'netstring: 60000 bytes',
    play: ({ send, peer, keyring }) => {
      const big = new Message([...peer.status({ st: 'probe', x: 'y'.repeat(60_000) }).fields]);
      send(encodeNetstringDatagram(big, keyring, false));
    },
  },
];
