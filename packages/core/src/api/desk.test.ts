/** What clients of the API are told, in the words of heartbeat 3.0.6. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';

import { FIELD } from '../message/fields.js';
import { Message } from '../message/message.js';
import type { ClusterView } from '../view.js';
import { ApiDesk, type DeskEffect, type DeskSettings } from './desk.js';
import { REQUEST_TYPES } from './requests.js';

const UUID = Uint8Array.from({ length: 16 }, (_, index) => index);
const VIEW: ClusterView = {
  localNode: 'alpha',
  generation: 7,
  nodes: [
    { name: 'group1', type: 'ping', status: 'ping', links: [{ name: 'group1', status: 'up' }] },
    {
      name: 'alpha',
      type: 'normal',
      status: 'active',
      uuid: UUID,
      links: [
        { name: '/dev/ttyS0', status: 'dead' },
        { name: 'eth0', status: 'dead' },
      ],
    },
    { name: 'beta', type: 'normal', status: 'active', links: [{ name: 'eth0', status: 'up' }] },
    { name: 'gamma', type: 'normal', status: 'dead', links: [{ name: 'eth0', status: 'dead' }] },
  ],
  resources: 'local',
};
const ROOT = { pid: 77, uid: 0, gid: 0 };
const DAEMON = { pid: 78, uid: 90, gid: 90 };
const OTHER = { pid: 9, uid: 5, gid: 5 };

function newDesk(change: Partial<DeskSettings> = {}): ApiDesk {
  return new ApiDesk({
    apiauth: [
      { client: 'ipfail', uids: [90], gids: [] },
      { client: 'anon', uids: [], gids: [90] },
      { client: 'mine', uids: [7], gids: [7] },
    ],
    parameters: new Map([
      ['deadtime', '6'],
      ['deadping', '6000ms'],
      ['pacemaker', 'false'],
    ]),
    deadtime: 6000,
    keepalive: 1000,
    version: '3.0.6',
    logFacility: -1,
    processExists: (pid) => pid < 100,
    ...change,
  });
}

/** An effect on one line. */
function shown(effect: DeskEffect): string {
  switch (effect.kind) {
    case 'send':
      return `${effect.connection} < ${line(effect.message)}`;
    case 'local':
      return `local ${line(effect.message)}`;
    case 'log':
      return `${effect.severity} ${effect.text}`;
    default:
      return JSON.stringify(effect);
  }
}

function line(message: Message): string {
  return message.fields
    .map(({ name, value }) => `${name}=${typeof value === 'string' ? value : 'bytes'}`)
    .join(' ');
}

const signOnOf = (peer: typeof ROOT, id: string, fields = {}) =>
  Message.of({
    t: 'hbapi-req',
    reqtype: 'signon',
    dest: 'alpha',
    pid: String(peer.pid),
    from_id: id,
    uid: String(peer.uid),
    gid: String(peer.gid),
    ...fields,
  });

/** A desk with a casual client on connection 1 and ipfail on connection 2. */
function occupied(): ApiDesk {
  const desk = newDesk();
  desk.receive(1, ROOT, signOnOf(ROOT, '77'), VIEW);
  desk.receive(2, DAEMON, signOnOf(DAEMON, 'ipfail'), VIEW);
  return desk;
}

function ask(desk: ApiDesk, type: string, fields = {}, connection = 1): readonly string[] {
  const [pid, id] = connection === 1 ? ['77', '77'] : ['78', 'ipfail'];
  const request = { t: 'hbapi-req', reqtype: type, dest: 'alpha', pid, from_id: id, ...fields };
  return desk.receive(connection, ROOT, Message.of(request), VIEW).map(shown);
}

const SIGNED_ON =
  'deadtime=1770 keepalive=3e8 node=alpha hbversion=3.0.6 pacemaker=false logfacility=-1';

test('a casual client signs on quietly, a named one is announced first', () => {
  const desk = newDesk();
  assert.deepEqual(desk.receive(1, ROOT, signOnOf(ROOT, '77'), VIEW).map(shown), [
    `1 < t=hbapi-resp reqtype=signon result=OK ${SIGNED_ON}`,
  ]);
  assert.deepEqual(desk.receive(2, DAEMON, signOnOf(DAEMON, 'ipfail'), VIEW).map(shown), [
    'local t=hbapi-clstat st=join from_id=ipfail to_id=ipfail src=alpha info=signon client_gen=1',
    `2 < t=hbapi-resp reqtype=signon result=OK ${SIGNED_ON}`,
  ]);
});

test('who may not sign on is told why and disconnected', () => {
  const cases: readonly (readonly [Message, typeof ROOT | undefined, string | undefined])[] = [
    [signOnOf(ROOT, '76', { pid: '1' }), ROOT, 'no default client auth'],
    [signOnOf(ROOT, '1', { pid: '1' }), ROOT, 'pid mismatch'],
    [signOnOf(ROOT, '76', { pid: '100' }), ROOT, 'bad pid'],
    [signOnOf(ROOT, '-1', { pid: '-1' }), ROOT, 'bad pid'],
    [signOnOf(ROOT, '76', { uid: '5' }), ROOT, 'incorrect/false credentials'],
    [signOnOf(ROOT, '76', { gid: '5' }), ROOT, 'incorrect/false credentials'],
    [signOnOf(ROOT, '76', { uid: '-1' }), ROOT, 'incorrect/false credentials'],
    [signOnOf(ROOT, '76'), undefined, 'incorrect/false credentials'],
    [signOnOf(ROOT, '76', { uid: 'x' }), ROOT, 'invalid id info'],
    [signOnOf(ROOT, 'unlisted'), ROOT, 'no default client auth'],
    [signOnOf(OTHER, 'mine'), OTHER, 'client failed authorization'],
    [signOnOf(OTHER, '9'), OTHER, 'client failed authorization'],
    [signOnOf(DAEMON, 'ipfail'), DAEMON, 'duplicate add request'],
    [signOnOf(ROOT, 'ipfail', { pid: '1' }), ROOT, 'duplicate add request'],
    [signOnOf(ROOT, ''), ROOT, 'duplicate add request'],
    [signOnOf(ROOT, 'ipfail').without('pid'), ROOT, undefined],
    [signOnOf(ROOT, 'ipfail').without('from_id'), ROOT, undefined],
    [signOnOf(ROOT, 'x'.repeat(32)), ROOT, 'no default client auth'],
  ];
  for (const [request, peer, reason] of cases) {
    const effects = occupied().receive(3, peer, request, VIEW);
    const reply = effects.find((effect) => effect.kind === 'send');
    assert.equal(reply?.message.get('info'), reason, line(request));
    assert.equal(effects.at(-1)?.kind, 'close');
    assert.ok(!effects.some((effect) => effect.kind === 'local'));
  }
});

test('who says something else first may still sign on', () => {
  const desk = newDesk();
  const first = desk.receive(3, ROOT, Message.of({ t: 'foo' }), VIEW).map(shown);
  assert.deepEqual(first, ['error api_process_registration_msg: bad message']);
  desk.receive(3, ROOT, signOnOf(ROOT, '77'), VIEW);
  assert.ok(desk.has(3));
});

test('a client with a name that is refused hears that it has left', () => {
  const told = (request: Message, peer: typeof ROOT): string | undefined =>
    occupied()
      .receive(3, peer, request, VIEW)
      .map(shown)
      .find((effect) => effect.includes('st=leave'));
  const leave = '3 < t=hbapi-clstat st=leave';
  assert.equal(
    told(signOnOf(OTHER, 'mine'), OTHER),
    `${leave} from_id=mine to_id=mine src=alpha info=client failed authorization client_gen=2`,
  );
  assert.equal(
    told(signOnOf(DAEMON, 'ipfail'), DAEMON),
    `${leave} from_id= to_id= src=alpha info=duplicate add request client_gen=2`,
  );
  assert.equal(told(signOnOf(OTHER, '9'), OTHER), undefined);
});

test('where the group of the command may ask, so may everybody', () => {
  const lending = newDesk({ commandGroup: 90 });
  assert.equal(lending.receive(1, OTHER, signOnOf(OTHER, '9'), VIEW).length, 1);
  assert.ok(lending.has(1));
  lending.receive(2, OTHER, signOnOf(OTHER, 'mine'), VIEW);
  assert.ok(!lending.has(2));
  const strict = newDesk({ commandGroup: 91 });
  strict.receive(1, OTHER, signOnOf(OTHER, '9'), VIEW);
  assert.ok(!strict.has(1));
});

test('the facility is as the C library numbers it', () => {
  const [reply] = newDesk({ logFacility: 16 }).receive(1, ROOT, signOnOf(ROOT, '77'), VIEW);
  assert.match(reply === undefined ? '' : shown(reply), / logfacility=128$/);
});

test('each request has its reply', () => {
  const ok: readonly (readonly [string, object, readonly string[]])[] = [
    ['nodestatus', { node: 'BETA' }, ['st=active']],
    ['nodetype', { node: 'group1' }, ['nodetype=ping']],
    ['nodeweight', { node: 'beta' }, ['weight=100']],
    ['nodesite', { node: 'beta' }, ['site=']],
    ['numnodes', {}, ['numnodes=3']],
    ['iflist', { node: 'alpha' }, ['ifname=/dev/ttyS0 st=dead', 'ifname=eth0 st=dead']],
    ['ifstatus', { node: 'beta', ifname: 'eth0' }, ['st=up']],
    ['clientstatus', { node: 'alpha', cn: 'ipfail' }, ['subt=respond-cstatus cs=online']],
    ['clientstatus', { node: 'alpha', cn: 'x' }, ['subt=respond-cstatus cs=offline']],
    ['clientstatus', { node: 'gamma', cn: 'ipfail' }, ['subt=respond-cstatus cs=offline']],
    ['getparm', { pname: 'deadtime' }, ['pvalue=6']],
    ['getparm', { pname: 'nosuch' }, ['']],
    ['getparm', { pname: 'crm' }, ['pvalue=false']],
    ['getparm', { pname: 'hbversion' }, ['pvalue=3.0.6']],
    ['getrsc', {}, ['rsc_hold=local']],
    ['setfilter', { fmask: 'ff' }, ['']],
    ['setfilter', { fmask: '-1' }, ['']],
    ['setfilter', { fmask: '0x1' }, ['']],
    ['setsignal', { signal: '0' }, ['']],
    ['getuuid', { queryname: 'alpha' }, ['queryuuid=bytes']],
    ['getuuid', { queryname: 'ALPHA' }, ['']],
  ];
  for (const [type, fields, replies] of ok) {
    const expected = replies.map((reply, index) => {
      const result = index === replies.length - 1 ? 'OK' : 'ok/more';
      return `1 < t=hbapi-resp reqtype=${type} ${reply === '' ? '' : `${reply} `}result=${result}`;
    });
    assert.deepEqual(ask(occupied(), type, fields), expected, type);
  }
});

test('nodes are listed in the order of ha.cf', () => {
  const nodes = ask(occupied(), 'nodelist').map((reply) => reply.split(' ').slice(4).join(' '));
  assert.deepEqual(nodes, [
    'node=group1 nodetype=ping st=ping result=ok/more',
    'node=alpha nodetype=normal st=active result=ok/more',
    'node=beta nodetype=normal st=active result=ok/more',
    'node=gamma nodetype=normal st=dead result=OK',
  ]);
});

test('bad requests are refused as the genuine daemon does', () => {
  const cases: readonly (readonly [string, object, string])[] = [
    ['nodestatus', {}, ' info=EINVAL'],
    ['nodestatus', { node: 'nosuch' }, ' info=EINVAL'],
    ['ifstatus', { node: 'beta' }, ' info=EINVAL'],
    ['ifstatus', { node: 'beta', ifname: 'x' }, ' info=EINVAL'],
    ['clientstatus', { node: 'beta' }, ' info=EINVAL'],
    ['clientstatus', { node: 'nosuch', cn: 'x' }, ' info=EINVAL'],
    ['getparm', {}, ' info=EINVAL'],
    ['setfilter', { fmask: 'zz' }, ' info=EINVAL'],
    ['setfilter', { fmask: '40' }, ' info=EINVAL'],
    ['setsignal', { signal: '99' }, ' info=EINVAL'],
    ['setsignal', { signal: '-1' }, ' info=EINVAL'],
    ['setsignal', {}, ''],
    ['getuuid', {}, ' info=no query node name found'],
    ['getnodename', { queryuuid: 'x' }, ' info=no query node name found'],
    ['frobnicate', {}, ''],
    ['signon', { uid: '0', gid: '0' }, ''],
  ];
  for (const [type, fields, info] of cases) {
    const effects = ask(occupied(), type, fields);
    assert.equal(effects.at(-1), `1 < t=hbapi-resp reqtype=${type} result=badreq${info}`);
    assert.equal(effects.at(-2), `error api_process_request: bad request [${type}]`);
  }
  const nobody = 'error api_process_request: msg from non-client';
  assert.deepEqual(ask(occupied(), 'getrsc', { from_id: '1', pid: '1' }), [nobody]);
  // The process alone will do, and so will the name.
  assert.equal(ask(occupied(), 'getrsc', { from_id: '1' }).length, 1);
  assert.equal(ask(occupied(), 'getrsc', { pid: '1' }).length, 1);
});

test('a uuid finds its node', () => {
  const request = Message.of({ t: 'hbapi-req', reqtype: 'getnodename', pid: '77', from_id: '77' });
  const asked = request.withField({ name: 'queryuuid', type: 'binary', value: UUID });
  assert.deepEqual(occupied().receive(1, ROOT, asked, VIEW).map(shown), [
    '1 < t=hbapi-resp reqtype=getnodename queryname=alpha result=OK',
  ]);
});

test('a client of another node is asked for there, and the answer finds its way', () => {
  const desk = occupied();
  assert.deepEqual(ask(desk, 'clientstatus', { node: 'beta', cn: 'ipfail' }), [
    'local t=query-cstatus dest=beta cn=ipfail from_id=77',
  ]);
  // This node's name in other letters is asked for in the cluster too, where nobody answers to it.
  assert.deepEqual(ask(desk, 'clientstatus', { node: 'ALPHA', cn: 'ipfail' }), [
    'local t=query-cstatus dest=ALPHA cn=ipfail from_id=77',
  ]);
  const reply = Message.of({ t: 'respond-cstatus', dest: 'alpha', to_id: '77', cs: 'online' });
  assert.deepEqual(desk.notify('normal', reply, VIEW).map(shown), [`1 < ${line(reply)}`]);
  const query = { t: 'query-cstatus', cn: 'ipfail', from_id: '9', src: 'beta', dest: 'alpha' };
  const asked = desk.notify('normal', Message.of(query), VIEW).map(shown);
  assert.deepEqual(asked, [
    'local t=respond-cstatus dest=beta result=OK cn=ipfail to_id=9 cs=online',
  ]);
  const others = desk.notify('normal', Message.of({ ...query, dest: 'gamma' }), VIEW);
  assert.deepEqual(others, []);
});

test('notices go by filter, addressee and destination', () => {
  const desk = occupied();
  const receivers = (kind: 'normal' | 'unchanged' | 'protocol', fields: object) =>
    desk
      .notify(kind, Message.of({ t: 'x', ...fields }), VIEW)
      .flatMap((effect) => (effect.kind === 'send' ? [effect.connection] : []));
  assert.deepEqual(receivers('normal', {}), [1, 2]);
  assert.deepEqual(receivers('unchanged', {}), []);
  assert.deepEqual(receivers('normal', { to_id: 'ipfail' }), [2]);
  assert.deepEqual(receivers('normal', { dest: 'alpha' }), [1, 2]);
  assert.deepEqual(receivers('normal', { dest: 'beta' }), []);
  ask(desk, 'setfilter', { fmask: '22' });
  assert.deepEqual(receivers('unchanged', {}), [1]);
  assert.deepEqual(receivers('protocol', { dest: 'beta' }), [1]);
  assert.deepEqual(receivers('normal', {}), [2]);
});

test('a client that wants a signal gets one with each notice', () => {
  const desk = occupied();
  ask(desk, 'setsignal', { signal: '10' }, 2);
  const effects = desk.notify('normal', Message.of({ t: 'x', to_id: 'ipfail' }), VIEW);
  assert.deepEqual(effects.at(-1), { kind: 'signal', pid: 78, signal: 10 });
});

test("a named client's messages go to the cluster under its own name", () => {
  const desk = occupied();
  const send = (fields: object) =>
    desk.receive(2, DAEMON, Message.of({ ...fields }), VIEW).map(shown);
  assert.deepEqual(send({ t: 'num_ping_nodes', num_ping: '2', dest: 'beta' }), [
    'local t=num_ping_nodes num_ping=2 dest=beta from_id=ipfail to_id=ipfail client_gen=1',
  ]);
  assert.deepEqual(send({ t: 'x', dest: 'alpha' }), [
    'local t=x dest=alpha from_id=ipfail to_id=ipfail client_gen=1 destuuid=bytes',
  ]);
  assert.deepEqual(send({ t: 'x', from_id: 'evil', to_id: 'evil' }), [
    'local t=x from_id=ipfail to_id=ipfail client_gen=1',
  ]);
  for (const type of ['status', 'NS_st', 'shutdone', 'reqnodes']) {
    assert.deepEqual(send({ t: type }), ['error api_process_request: bad message type']);
  }
  assert.deepEqual(send({ t: 'x', long: 'x'.repeat(60_000) }), [
    'error Message of client ipfail is too long for the cluster',
  ]);
});

test('a casual client that speaks to the cluster is disconnected', () => {
  const effects = occupied()
    .receive(1, ROOT, Message.of({ t: 'foo' }), VIEW)
    .map(shown);
  assert.deepEqual(effects, [
    'info api_process_request: general message from casual client!',
    '{"kind":"close","connection":1}',
  ]);
});

test('leaving is announced with its reason, once, and frees the name', () => {
  const desk = occupied();
  const left =
    'local t=hbapi-clstat st=leave from_id=ipfail to_id=ipfail src=alpha info=signoff client_gen=1';
  assert.deepEqual(ask(desk, 'signoff', {}, 2), [
    left.replace('local', '2 <'),
    left,
    '{"kind":"close","connection":2}',
  ]);
  assert.deepEqual(desk.leave(2, 'EOF', VIEW), []);
  assert.deepEqual(desk.leave(1, 'EOF', VIEW), []);
  const again = desk.receive(4, DAEMON, signOnOf(DAEMON, 'ipfail'), VIEW);
  assert.ok(again.some((effect) => effect.kind === 'send'));
  const gone = desk.leave(4, 'EOF', VIEW).map(shown);
  assert.deepEqual(gone, [left.replace('signoff', 'EOF').replace('client_gen=1', 'client_gen=2')]);
});

test('a client may have more messages waiting for it, within reason', () => {
  const lengths = (given: object) =>
    occupied()
      .receive(
        1,
        ROOT,
        Message.of({ t: 'hbapi-req', reqtype: 'set_sendqlen', pid: '77', from_id: '77', ...given }),
        VIEW,
      )
      .map((effect) => (effect.kind === 'queueLength' ? effect.messages : shown(effect)));
  assert.equal(lengths({ sendqlen: '100' })[0], 100);
  assert.equal(lengths({ sendqlen: '99999999' })[0], 10_000);
  assert.deepEqual(lengths({ sendqlen: 'x' }), ['error api_set_sendqlen: invalid length value(0)']);
});

test('a client that listens to requests hears its own and those of others', () => {
  const desk = occupied();
  ask(desk, 'setfilter', { fmask: '11' });
  assert.equal(ask(desk, 'getrsc', {}, 2)[0]?.startsWith('1 < t=hbapi-req reqtype=getrsc'), true);
});

test('no message makes the desk throw', () => {
  const names = fc.constantFrom(...Object.values(FIELD));
  const value = fc.oneof(
    fc.constantFrom(
      'hbapi-req',
      'ipfail',
      '77',
      'alpha',
      'beta',
      '-1',
      '',
      'signon',
      '9'.repeat(40),
    ),
    fc.constantFrom(...REQUEST_TYPES),
    fc.string(),
  );
  const message = fc
    .array(fc.tuple(names, value), { maxLength: 8 })
    .map((fields) => Message.of(Object.fromEntries(fields)));
  const request = fc
    .tuple(fc.constantFrom(...REQUEST_TYPES), message)
    .map(([type, rest]) => rest.with('t', 'hbapi-req').with('reqtype', type).with('from_id', '77'));
  fc.assert(
    fc.property(
      fc.array(fc.tuple(fc.integer({ min: 1, max: 4 }), fc.oneof(message, request)), {
        maxLength: 20,
      }),
      (steps) => {
        const desk = occupied();
        for (const [connection, some] of steps) {
          desk.receive(connection, ROOT, some, VIEW);
          desk.notify('normal', some, VIEW);
        }
        assert.ok(desk.clients.length <= 4);
      },
    ),
    { numRuns: 1000 },
  );
});
