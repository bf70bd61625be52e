/** What holds for every service that is spoken to in lines, with servers that are well and ill. */
import assert from 'node:assert/strict';
import net from 'node:net';
import { Duplex } from 'node:stream';
import { describe, test } from 'node:test';
import type { NegotiateSpec } from './check.js';
import { Conversation, TalkError } from './conversation.js';
import { type Script, scripted } from './script.fixture.js';
import * as fixture from './server.fixture.js';

interface Spoken {
  readonly spec: Partial<NegotiateSpec>;
  readonly banner: string;
  readonly script: Script;
}

const ACCOUNT = { login: 'mon', password: 'secret' };

/** A server of each service that is well. */
const SERVICES: readonly Spoken[] = [
  {
    spec: { service: 'smtp' },
    banner: '220-mail.test\r\n220 ESMTP\r\n',
    script: [[/^EHLO/, '250-mail.test\r\n250 HELP\r\n']],
  },
  {
    spec: { service: 'pop', ...ACCOUNT },
    banner: '+OK\r\n',
    script: [
      [/^CAPA/, '-ERR\r\n'],
      [/^(USER|PASS|STAT)/, '+OK\r\n'],
    ],
  },
  {
    spec: { service: 'imap', ...ACCOUNT },
    banner: '* OK\r\n',
    script: [[/^0 LOGIN/, '* CAPABILITY\r\n0 OK\r\n']],
  },
  { spec: { service: 'nntp' }, banner: '200 news.test\r\n', script: [] },
  {
    spec: { service: 'sip', login: 'x@y' },
    banner: '',
    script: [[/^$/, 'SIP/2.0 200 OK\r\nContent-Length: 0\r\n\r\n']],
  },
  {
    spec: { service: 'simpletcp', request: '/hello\\n', ...fixture.receive('there') },
    banner: '',
    script: [[/^hello/, 'hello\nthere\n']],
  },
];

for (const { spec, banner, script } of SERVICES) {
  const { service = 'none' } = spec;
  const check = (port: number, timeout = fixture.PATIENCE) =>
    fixture.check(fixture.negotiate(port, { ...spec, timeout }));
  const inTime = (port: number) => check(port, fixture.LIMIT);
  const everything = [banner, ...script.map(([, answer]) => answer)];

  describe(service, () => {
    test('a server that never hangs up is up, and the connection is closed', async () => {
      const server = await scripted(banner, script);
      const { up, message } = await check(server.port);
      assert.deepEqual([up, message], [true, '']);
      await fixture.allClosed(server);
    });

    test('a server that is not there is down at once', async () => {
      const { up, message } = await check(await fixture.refusedPort());
      assert.deepEqual([up, message], [false, 'ECONNREFUSED']);
    });

    test('a server that falls silent, hangs up or resets, wherever, is down', async () => {
      // At each line that it should answer; at none of them when it should speak first.
      const turns = banner === '' ? script : [[/$/, banner] as const, ...script];
      for (const [index, [pattern]] of turns.entries()) {
        const said = banner === '' || index > 0 ? banner : '';
        const known = script.filter(([other]) => other !== pattern);
        const silent = await scripted(said, known);
        const ends = await Promise.all([
          inTime(silent.port),
          ...(['end', 'resetAndDestroy'] as const).map(async (end) => {
            const before = said === '' && banner !== '';
            const server = await fixture.listen(
              net.createServer({ allowHalfOpen: true }, (socket) => {
                if (before) socket[end]();
                else answer(socket, said, known, () => socket[end]());
              }),
            );
            return check(server.port);
          }),
        ]);
        const [first, ...others] = ends.map(({ up, message }) => `${up} ${message}`);
        assert.equal(first, 'false no answer within 0.3 s', `at ${pattern}`);
        // An end is seen at once.
        for (const other of others) assert.match(other, /^false (?!no answer)/, `at ${pattern}`);
        await fixture.allClosed(silent);
      }
    });

    test('a server that sends a byte now and then is down in time', async () => {
      const server = await fixture.listen(
        net.createServer((socket) => fixture.drip(socket, service === 'nntp' ? '1' : '')),
      );
      assert.equal((await inTime(server.port)).up, false);
      await fixture.allClosed(server);
    });

    for (const [what, more] of [
      ['a line', 'x'.repeat(9999)],
      ['lines', 'x\r\n'.repeat(3333)],
      ['empty lines', '\n'.repeat(9999)],
      ['its own answers', everything.join('').repeat(99)],
    ] as const) {
      test(`a server that sends ${what} for ever is judged and let go of`, async () => {
        const server = await fixture.listen(
          net.createServer((socket) => fixture.endless(socket, '', more)),
        );
        const { up } = await inTime(server.port);
        if (what !== 'its own answers') assert.equal(up, false);
        await fixture.allClosed(server);
      });
    }

    test('the pieces in which answers come make no difference', async () => {
      const server = await fixture.listen(
        net.createServer({ allowHalfOpen: true }, (socket) =>
          answer(socket, banner, script, () => {}, true),
        ),
      );
      assert.equal((await check(server.port)).up, true);
    });
  });
}

/** Follows the script, and calls at the first line that is not in it. */
function answer(
  socket: net.Socket,
  banner: string,
  script: Script,
  unknown: () => void,
  singly = false,
): void {
  socket.on('error', () => {});
  socket.setNoDelay(true);
  let sending = Promise.resolve();
  const send = (text: string): void => {
    sending = sending.then(async () => {
      for (const piece of singly ? text : [text]) {
        socket.write(piece, 'latin1');
        if (singly) await new Promise((resolve) => setImmediate(resolve));
      }
    });
  };
  if (banner !== '') send(banner);
  let rest = '';
  socket.setEncoding('latin1').on('data', (text: string) => {
    const lines = `${rest}${text}`.split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) {
      const found = script.find(([pattern]) => pattern.test(line.replace(/\r$/, '')));
      if (found) send(found[1]);
      else if (!/^(\S+ )?(QUIT|LOGOUT)/.test(line)) unknown();
    }
  });
}

/** Sends for ever, and counts what is taken. */
class Flood extends Duplex {
  taken = 0;

  constructor() {
    super({ highWaterMark: 1000 });
  }

  override _read(): void {
    this.taken += 1000;
    this.push(Buffer.alloc(1000, 'x\n'));
  }

  override _write(_: unknown, __: unknown, done: () => void): void {
    done();
  }
}

test('no more is read than is asked for', async () => {
  const flood = new Flood();
  const server = new Conversation(flood);
  for (let round = 0; round < 600; round += 1) await server.line();
  assert.ok(flood.taken <= 5000, `${flood.taken} bytes`);
  server.close();
});

test('no more is read than the limits allow', async () => {
  const flood = new Flood();
  const server = new Conversation(flood, { line: 1000, lines: 9999, total: 10_000 });
  const all = async (): Promise<void> => {
    for (;;) await server.line();
  };
  await assert.rejects(all(), new TalkError('too much was sent'));
  assert.ok(flood.taken <= 15_000, `${flood.taken} bytes`);
  server.close();
});

test('what would be a second line is not said', () => {
  const server = new Conversation(new Flood());
  for (const text of ['USER a\r\nDELE 1', 'USER a\nb', 'USER a\rb', 'USER a\0']) {
    assert.throws(() => server.say(text), TalkError);
  }
  server.close();
});
