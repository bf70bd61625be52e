/** Who gives up, when, and who does not: the stories that were recorded with heartbeat 3.0.6. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';

import { Message } from '../message/message.js';
import {
  begin,
  type Connectivity,
  type ConnectivityEffect,
  type Decision,
  onHappening,
  onTime,
  wakeAt,
} from './decision.js';
import { type Happening, happeningOf } from './happening.js';

const KEEPALIVE = 1000;

const NODES = [
  { name: 'gw', type: 'ping', status: 'ping' },
  { name: 'group1', type: 'ping', status: 'ping' },
  { name: 'alpha', type: 'normal', status: 'active' },
  { name: 'beta', type: 'normal', status: 'active' },
] as const;

/** An ipfail with a clock, and all it has said. */
class Ipfail {
  at = 0;
  resources = 'local';
  readonly said: string[] = [];
  #state: Connectivity;

  constructor(localNode: 'alpha' | 'beta', autoFailback: boolean) {
    this.#state = begin({ localNode, autoFailback, keepalive: KEEPALIVE, nodes: NODES });
  }

  hear(happening: Happening): void {
    this.#keep(onHappening(this.#state, happening, this));
  }

  pass(ms: number): void {
    const end = this.at + ms;
    for (
      let due = wakeAt(this.#state);
      due !== undefined && due <= end;
      due = wakeAt(this.#state)
    ) {
      this.at = due;
      this.#keep(onTime(this.#state, this));
    }
    this.at = end;
  }

  ping(node: string, status: 'ping' | 'dead'): void {
    this.hear({ kind: 'node', node, status });
    this.hear({ kind: 'link', node, link: node, status: status === 'ping' ? 'up' : 'dead' });
  }

  /** What it has sent since last asked. */
  sent(): readonly string[] {
    return this.said.splice(0).filter((line) => !/^(info|debug) /.test(line));
  }

  logged(): readonly string[] {
    return this.said.splice(0).filter((line) => line.startsWith('info '));
  }

  #keep({ state, effects }: Decision): void {
    this.#state = state;
    this.said.push(...effects.map(shown));
  }
}

function shown(effect: ConnectivityEffect): string {
  if (effect.kind === 'log') return `${effect.severity} ${effect.text}`;
  const { t, num_ping: pings, rsc_hold: share } = effect.message.strings();
  return [t, pings, share].filter((word) => word !== undefined).join(' ');
}

const count = (node: string, pings: number): Happening => ({ kind: 'count', node, pings });

test('the loser of ping nodes says so with each dead link, and gives up when told', () => {
  const alpha = new Ipfail('alpha', false);
  alpha.ping('group1', 'dead');
  assert.deepEqual(alpha.sent(), ['num_ping_nodes 1']);
  alpha.ping('gw', 'dead');
  assert.deepEqual(alpha.sent(), ['num_ping_nodes 0']);
  alpha.hear({ kind: 'told', node: 'beta' });
  alpha.pass(2 * KEEPALIVE - 1);
  assert.deepEqual(alpha.sent(), []);
  alpha.pass(1);
  assert.deepEqual(alpha.sent(), ['ask_resources all']);
  alpha.pass(60_000);
  assert.deepEqual(alpha.sent(), []);
});

test('a ping node that dies later than its link is counted anew', () => {
  const alpha = new Ipfail('alpha', false);
  const link = { kind: 'link', node: 'group1', link: 'group1' } as const;
  alpha.hear({ ...link, status: 'dead' });
  assert.deepEqual(alpha.sent(), ['num_ping_nodes 2']);
  alpha.hear({ kind: 'node', node: 'group1', status: 'dead' });
  assert.deepEqual(alpha.logged(), [
    'info Status update: Node group1 now has status dead',
    'info NS: We are still alive!',
    'info Asking other side for ping node count.',
    'info Checking remote count of ping nodes.',
  ]);
  // Where the link came back in between, its next death will ask.
  alpha.hear({ kind: 'node', node: 'group1', status: 'ping' });
  for (const status of ['dead', 'up']) alpha.hear({ ...link, status });
  alpha.sent();
  alpha.hear({ kind: 'node', node: 'group1', status: 'dead' });
  assert.deepEqual(alpha.sent(), []);
  alpha.hear({ ...link, status: 'dead' });
  assert.deepEqual(alpha.sent(), ['num_ping_nodes 1']);
});

test('the message that asks to give up has the genuine fields in the genuine order', () => {
  const state = begin({
    localNode: 'alpha',
    autoFailback: false,
    keepalive: 200,
    nodes: NODES,
  });
  const present = { at: 0, resources: 'all' };
  const told = onHappening(state, { kind: 'told', node: 'beta' }, present);
  const { effects } = onTime(told.state, { at: 400, resources: 'all' });
  const sent = effects.find((effect) => effect.kind === 'send');
  const fields = { t: 'ask_resources', rsc_hold: 'all', src: 'alpha', info: 'me' };
  assert.deepEqual(sent?.message, Message.of(fields));
});

test('who has more tells, who has less gives up, who has as many aborts', () => {
  const beta = new Ipfail('beta', false);
  beta.hear(count('alpha', 1));
  assert.deepEqual(beta.sent(), ['you_are_dead']);
  beta.hear(count('alpha', 2));
  assert.deepEqual(beta.sent(), ['abort_giveup']);
  beta.hear(count('alpha', 3));
  assert.deepEqual(beta.logged(), [
    'info Giving up because we have less visible ping nodes.',
    'info Delayed giveup in 2 seconds.',
  ]);
  beta.hear(count('alpha', 2));
  beta.pass(60_000);
  assert.deepEqual(beta.logged(), [
    'info Ping node count is balanced.',
    'info Aborted delayed giveup (1)',
  ]);
});

test('a brief loss moves nothing', () => {
  const alpha = new Ipfail('alpha', true);
  alpha.ping('group1', 'dead');
  alpha.hear({ kind: 'told', node: 'beta' });
  alpha.pass(1000);
  alpha.ping('group1', 'ping');
  alpha.hear({ kind: 'abort', node: 'beta' });
  alpha.pass(60_000);
  assert.deepEqual(alpha.sent(), ['num_ping_nodes 1', 'num_ping_nodes 2']);
  alpha.hear({ kind: 'abort', node: 'beta' });
  assert.deepEqual(alpha.logged(), ['info No giveup timer to abort.']);
});

test('with auto_failback a tie hands foreign resources back, once', () => {
  const beta = new Ipfail('beta', true);
  beta.resources = 'all';
  beta.hear(count('alpha', 2));
  beta.pass(2 * KEEPALIVE);
  assert.deepEqual(beta.sent(), ['abort_giveup', 'ask_resources foreign']);
});

test('a tie moves nothing where nothing foreign is held', () => {
  const beta = new Ipfail('beta', true);
  beta.resources = 'local';
  beta.hear(count('alpha', 2));
  beta.pass(2 * KEEPALIVE);
  assert.deepEqual(beta.sent(), ['abort_giveup']);
});

test('a second balanced count does not cancel the failback', () => {
  const beta = new Ipfail('beta', true);
  beta.resources = 'all';
  beta.hear(count('alpha', 2));
  beta.pass(70);
  beta.hear(count('alpha', 2));
  beta.pass(2 * KEEPALIVE);
  assert.deepEqual(beta.sent(), ['abort_giveup', 'abort_giveup', 'ask_resources foreign']);
});

test('the failback is called off when the other side loses its ping nodes again', () => {
  const beta = new Ipfail('beta', true);
  beta.resources = 'all';
  beta.hear(count('alpha', 2));
  beta.hear(count('alpha', 0));
  beta.pass(60_000);
  assert.deepEqual(beta.sent(), ['abort_giveup', 'you_are_dead']);
});

test('no failback while resources are in transition, nor without auto_failback', () => {
  const busy = new Ipfail('beta', true);
  busy.resources = 'transition';
  const off = new Ipfail('beta', false);
  off.resources = 'all';
  for (const ipfail of [busy, off]) {
    ipfail.hear(count('alpha', 2));
    ipfail.pass(60_000);
    assert.deepEqual(ipfail.sent(), ['abort_giveup']);
  }
});

test('a standby that comes in a transition waits, then the counts are compared anew', () => {
  const alpha = new Ipfail('alpha', false);
  alpha.resources = 'transition';
  alpha.hear({ kind: 'told', node: 'beta' });
  alpha.pass(5000);
  alpha.hear({ kind: 'resource', node: 'beta', stable: false, partial: false });
  alpha.hear({ kind: 'resource', node: 'beta', stable: true, partial: true });
  alpha.hear({ kind: 'resource', node: 'alpha', stable: true, partial: false });
  alpha.pass(20_000);
  assert.deepEqual(alpha.sent(), []);
  alpha.hear({ kind: 'resource', node: 'beta', stable: true, partial: false });
  alpha.pass(9999);
  assert.deepEqual(alpha.sent(), []);
  alpha.pass(1);
  assert.deepEqual(alpha.sent(), ['num_ping_nodes 2']);
});

test('the count goes out when the other ipfail comes, and when a ping node does', () => {
  const alpha = new Ipfail('alpha', false);
  alpha.hear({ kind: 'joined', node: 'alpha' });
  assert.deepEqual(alpha.sent(), []);
  alpha.hear({ kind: 'joined', node: 'beta' });
  alpha.hear({ kind: 'node', node: 'gw', status: 'ping' });
  assert.deepEqual(alpha.sent(), ['num_ping_nodes 2', 'num_ping_nodes 2']);
  alpha.hear({ kind: 'node', node: 'beta', status: 'dead' });
  assert.deepEqual(alpha.sent(), []);
  alpha.hear({ kind: 'link', node: 'beta', link: 'eth0', status: 'dead' });
  assert.deepEqual(alpha.sent(), ['num_ping_nodes 2']);
});

test('what happens is logged in the genuine words', () => {
  const alpha = new Ipfail('alpha', false);
  alpha.ping('gw', 'dead');
  assert.deepEqual(alpha.logged(), [
    'info Status update: Node gw now has status dead',
    'info NS: We are still alive!',
    'info Link Status update: Link gw/gw now has status dead',
    'info Asking other side for ping node count.',
    'info Checking remote count of ping nodes.',
  ]);
  alpha.ping('group1', 'dead');
  assert.deepEqual(alpha.logged(), [
    'info Status update: Node group1 now has status dead',
    'info NS: We are dead. :<',
    'info Link Status update: Link group1/group1 now has status dead',
    'info We are dead. :<',
    'info Asking other side for ping node count.',
  ]);
});

test('only the partner is listened to', () => {
  const alpha = new Ipfail('alpha', true);
  alpha.hear(count('gamma', 9));
  alpha.hear({ kind: 'told', node: 'gamma' });
  alpha.hear({ kind: 'told', node: 'alpha' });
  alpha.pass(60_000);
  assert.deepEqual(alpha.said, []);
});

test('a cluster of one has nobody to compare with', () => {
  const nodes = NODES.filter((node) => node.name !== 'beta');
  const state = begin({ localNode: 'alpha', autoFailback: true, keepalive: 1000, nodes });
  const lost: Happening = { kind: 'link', node: 'gw', link: 'gw', status: 'dead' };
  const { effects } = onHappening(state, lost, { at: 0, resources: 'local' });
  assert.ok(!effects.some((effect) => effect.kind === 'send'));
});

const node = fc.constantFrom('alpha', 'beta', 'gw', 'group1', 'other');
const happening: fc.Arbitrary<Happening> = fc.oneof(
  fc.record({ kind: fc.constant('node'), node, status: fc.constantFrom('ping', 'dead', 'up') }),
  fc.record({ kind: fc.constant('link'), node, link: node, status: fc.constantFrom('up', 'dead') }),
  fc.record({ kind: fc.constantFrom('joined', 'told', 'abort'), node }),
  fc.record({ kind: fc.constant('count'), node, pings: fc.nat(3) }),
  fc.record({
    kind: fc.constant('resource'),
    node,
    stable: fc.boolean(),
    partial: fc.boolean(),
  }),
) as fc.Arbitrary<Happening>;

test('nothing is given up that nobody asked for, and never in a transition', () => {
  const step = fc.record({
    happening,
    pass: fc.integer({ min: 0, max: 3000 }),
    resources: fc.constantFrom('all', 'local', 'transition'),
  });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 40 }), fc.boolean(), (steps, autoFailback) => {
      const ipfail = new Ipfail('alpha', autoFailback);
      let reasons = 0;
      for (const { happening: some, pass, resources } of steps) {
        ipfail.resources = resources;
        if (some.node === 'beta' && (some.kind === 'told' || some.kind === 'count')) reasons += 1;
        ipfail.hear(some);
        ipfail.pass(pass);
        for (const line of ipfail.sent()) {
          if (!line.startsWith('ask_resources')) continue;
          assert.notEqual(resources, 'transition');
          reasons -= 1;
          assert.ok(reasons >= 0);
          if (line.endsWith('foreign')) assert.ok(autoFailback);
        }
      }
    }),
    { numRuns: 1000 },
  );
});

test('messages are reduced to what they mean', () => {
  const cases: readonly (readonly [Record<string, string>, Happening | undefined])[] = [
    [
      { t: 'status', src: 'gw', st: 'dead' },
      { kind: 'node', node: 'gw', status: 'dead' },
    ],
    [
      { t: 'NS_st', src: 'gw', st: 'ping' },
      { kind: 'node', node: 'gw', status: 'ping' },
    ],
    [
      { t: 'ifstat', node: 'beta', ifname: 'eth0', st: 'dead' },
      { kind: 'link', node: 'beta', link: 'eth0', status: 'dead' },
    ],
    [
      { t: 'hbapi-clstat', st: 'join', from_id: 'ipfail', src: 'beta' },
      { kind: 'joined', node: 'beta' },
    ],
    [{ t: 'hbapi-clstat', st: 'leave', from_id: 'ipfail', src: 'beta' }, undefined],
    [{ t: 'hbapi-clstat', st: 'join', from_id: 'ccm', src: 'beta' }, undefined],
    [{ t: 'num_ping_nodes', src: 'beta', num_ping: '2' }, count('beta', 2)],
    [{ t: 'num_ping_nodes', src: 'beta', num_ping: 'x' }, undefined],
    [
      { t: 'resource', src: 'beta', isstable: '1' },
      { kind: 'resource', node: 'beta', stable: true, partial: false },
    ],
    [{ t: 'resource', src: 'beta', info: 'mach_down' }, undefined],
    [{ t: 'starting', src: 'beta' }, undefined],
  ];
  for (const [fields, expected] of cases) {
    assert.deepEqual(happeningOf(Message.of(fields)), expected);
  }
});
