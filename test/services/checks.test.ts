/** The check of every service against a real server: up, wrong, silent, slow, refused. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { type CheckResult, type CheckSpec, longestMs } from 'ts-ldirectord/checks/check';
import { runCheck } from 'ts-ldirectord/checks/run';
import { ALL_CASES as CASES } from './allcases.js';
import { type ServiceCase, secretsOf, type Wrong } from './cases/servicecase.js';
import { specOf } from './configuration.js';
import { leftBehind } from './processes.js';
import { Program } from './program.js';
import {
  address6OfServer,
  addressOfServer,
  dripAddressOfServer,
  SERVER_NAMES,
  Servers,
} from './servers/servers.js';
import { backTo, type Port, socketsHeld } from './sockets.js';

/** In seconds, as in a configuration: for answers that come, and for those that do not. */
const PATIENT = 10;
const SHORT = 1;
/** What a loaded machine may add to a limit. */
const SLACK_MS = 900;
/** A refusal takes no time; this is what a loaded machine makes of it. */
const AT_ONCE_MS = 900;

/** Nobody listens there. */
const CLOSED_PORT = 9;

const DRIPS = fileURLToPath(new URL('./drips.js', import.meta.url));

let servers: Servers;
before(async () => {
  servers = await Servers.start();
});
after(async () => {
  await servers?.end();
  assert.deepEqual(leftBehind(), []);
});

interface Deviation {
  readonly wrong?: Wrong;
  readonly address?: string;
  readonly port?: number;
}

function specFor(one: ServiceCase, seconds: number, otherwise: Deviation): Promise<CheckSpec> {
  const six = one.six ?? false;
  const { wrong } = otherwise;
  const own = six ? address6OfServer(one.server) : addressOfServer(one.server);
  const address = otherwise.address ?? own;
  const port = otherwise.port ?? wrong?.port ?? one.port;
  const virtual = { address: six ? 'fd99::1' : '10.99.0.1', port };
  const lines = { ...one.lines, ...wrong?.lines };
  return specOf({ virtual, real: { address, port }, six, weight: 1, lines }, seconds);
}

/** Makes a check; it has to end in time, leave no connection, and betray no secret. */
async function check(
  one: ServiceCase,
  seconds: number,
  otherwise: Deviation = {},
): Promise<CheckResult> {
  const spec = await specFor(one, seconds, otherwise);
  const result = await runCheck(spec, new AbortController().signal);
  assert.ok(result.ms <= longestMs(spec) + SLACK_MS, `it took ${result.ms} ms`);
  assert.notEqual(result.impossible, true, result.message);
  if (!result.up) assert.notEqual(result.message, '', 'no reason is given');
  for (const secret of secretsOf({ ...one.lines, ...otherwise.wrong?.lines })) {
    assert.ok(!result.message.includes(secret), `the message has a secret: ${result.message}`);
  }
  return result;
}

function expectUp(one: ServiceCase, { up, message }: CheckResult): void {
  assert.equal(up, one.never === undefined, message);
  if (one.never !== undefined) assert.match(message, one.never);
}

/** Of a server that does not answer; a check that only connects takes it for up. */
function expectDown(one: ServiceCase, result: PromiseSettledResult<CheckResult> | undefined): void {
  if (result?.status !== 'fulfilled') throw result?.reason;
  assert.equal(result.value.up, one.connects === true, result.value.message);
}

/** Checks of several cases at once; afterwards no connection of them is open. */
async function together<T>(work: () => Promise<T>): Promise<T> {
  const held = socketsHeld();
  const done = await work();
  assert.ok(await backTo(held), `${socketsHeld() - held} connections were left open`);
  return done;
}

for (const one of CASES) {
  test(`${one.name}: ${one.never === undefined ? 'up' : 'down, with the reason'}`, () =>
    together(async () => expectUp(one, await check(one, PATIENT))));
  for (const wrong of one.wrong) {
    test(`${one.name}: down when the server ${wrong.what}`, () =>
      together(async () => {
        const { up, message } = await check(one, wrong.unheard === true ? SHORT : PATIENT, {
          wrong,
        });
        assert.equal(up, false, message);
        assert.match(message, wrong.says);
      }));
  }
}

for (const server of SERVER_NAMES) {
  const own = CASES.filter((one) => one.server === server);
  test(`${server} frozen: down when the time is over, and up again`, async (t) => {
    servers.freeze(server);
    const results = await together(async () => {
      try {
        return await Promise.allSettled(own.map((one) => check(one, SHORT)));
      } finally {
        servers.thaw(server);
      }
    });
    for (const [i, one] of own.entries()) {
      await t.test(one.name, async () => {
        expectDown(one, results[i]);
        await together(async () => expectUp(one, await check(one, PATIENT)));
      });
    }
  });
}

/** Begins to stand before the servers of these cases. */
function dripBefore(cases: readonly ServiceCase[]): Promise<Program> {
  const pairs = new Map<string, readonly [Port, Port]>();
  for (const { server, port, lines } of cases) {
    const protocol = lines.protocol === 'udp' ? 'udp' : 'tcp';
    const here = { protocol, address: dripAddressOfServer(server), port } as const;
    pairs.set(JSON.stringify(here), [here, { ...here, address: addressOfServer(server) }]);
  }
  const all = [...pairs.values()];
  return Program.start({
    argv: [process.execPath, DRIPS, JSON.stringify(all)],
    ports: all.map(([here]) => here),
  });
}

test('a byte a second: down when the time is over', async (t) => {
  const slow = CASES.filter(({ six }) => six !== true);
  const drips = await dripBefore(slow);
  try {
    const results = await together(() =>
      Promise.allSettled(
        slow.map((one) => check(one, SHORT, { address: dripAddressOfServer(one.server) })),
      ),
    );
    for (const [i, one] of slow.entries()) {
      await t.test(one.name, () => expectDown(one, results[i]));
    }
  } finally {
    await drips.end();
  }
});

for (const one of CASES) {
  test(`${one.name}: down at once when the connection is refused`, () =>
    together(async () => {
      const { up, ms, message } = await check(one, PATIENT, { port: CLOSED_PORT });
      assert.equal(up, false, message);
      assert.ok(ms < AT_ONCE_MS, `it took ${ms} ms: ${message}`);
    }));
}
