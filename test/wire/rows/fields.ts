/** Rows on single fields: missing, empty, wrong, at their limits. */
import type { Row } from '../row.js';
import { ACCEPTED, accepted, crafted, first, probe, refused } from './probe.js';

const NOT_RENAMED =
  'the genuine daemon renames the node in its list of nodes; ours has the names of ha.cf only';

function stranger(name: string): ReturnType<typeof refused> {
  return refused(NOT_RENAMED, `ERROR: process_status_message: bad node [${name}] in message`);
}

/** The genuine daemon takes it for the largest of all numbers: no later one could be new. */
const NO_NUMBER = 'one damaged number must not shut a node out';
const BAD_SEQ = 'ERROR: process_clustermsg: has bad cseq: iface eth0, from PEER';

/** Nothing at all is to be seen of ours. */
function silent(reason: string): ReturnType<typeof refused> {
  return { ours: { reason, log: [], sent: [] } };
}

const UUID_UNUSED = 'we go by the name in `dest`: a peer may know an old uuid of ours';
const ALIVE = 'a node that was just heard is not dead';

/** From a node that the daemon knows. */
export const KNOWN: readonly Row[] = [
  probe('a status', {}),
  probe('no t', { t: null }),
  probe('t empty', { t: '' }),
  probe('no src', { src: null }),
  probe('src empty', { src: '' }, stranger('')),
  probe('src unknown, uuid of a node', { src: 'stranger1' }, stranger('stranger1')),
  probe('src unknown, no uuid', { src: 'stranger2', srcuuid: null }),
  probe('src in capitals, no uuid', { src: 'N07', srcuuid: null }),
  probe('src with a blank behind', { src: 'n08 ', srcuuid: null }),
  probe('no ts', { ts: null }),
  probe('ts empty', { ts: '' }),
  probe('ts 0', { ts: '0' }),
  probe('ts not a number', { ts: 'zz' }),
  probe('ts negative', { ts: '-1' }, silent(NO_NUMBER)),
  probe('ts with 0x', { ts: '0x65000000' }),
  probe('ts 1', { ts: '1' }),
  probe('ts of 17 digits', { ts: '11111111111111111' }, silent(NO_NUMBER)),
  probe('ts with a word behind', { ts: '65000000 x' }),
  probe('no seq', { seq: null }),
  probe('seq empty', { seq: '' }),
  probe('seq 0', { seq: '0' }),
  probe('seq not a number', { seq: 'zz' }),
  probe('seq negative', { seq: '-2' }, refused(NO_NUMBER, BAD_SEQ)),
  probe('seq with 0x', { seq: '0x2' }),
  probe('seq with zeros before', { seq: '0000000002' }),
  probe('seq with a blank before', { seq: ' 2' }),
  probe('seq with a letter behind', { seq: '2z' }),
  probe('seq ffffffff', { seq: 'ffffffff' }),
  probe('seq of 17 digits', { seq: '10000000000000002' }, refused(NO_NUMBER, BAD_SEQ)),
  probe('no hg', { hg: null }),
  probe('hg empty', { hg: '' }),
  probe('hg lower', { hg: '65000000' }),
  probe('hg higher', { hg: '65000002' }),
  probe('hg not a number', { hg: 'zz' }),
  probe('hg with 0x', { hg: '0x65000001' }),
  probe('hg in capitals with zeros before', { hg: '0065000001' }),
  probe('hg ffffffff', { hg: 'ffffffff' }),
  probe(
    'hg of 17 digits',
    { hg: '11111111111111111' },
    refused(NO_NUMBER, 'ERROR: should_drop_message: bad generation number'),
  ),
  probe('no st', { st: null }),
  probe('st empty', { st: '' }),
  probe('st in capitals', { st: 'ACTIVE' }),
  probe('st with capitals', { st: 'Up' }),
  probe('st dead', { st: 'dead' }),
  probe('st init', { st: 'init' }),
  probe('st ping', { st: 'ping' }),
  probe('st of 31 letters', { st: 'a'.repeat(31) }),
  probe('st of 32 letters', { st: 'a'.repeat(32) }),
  probe('st of 100 letters', { st: 'a'.repeat(100) }),
  probe('st with a newline', { st: 'a\nb' }),
  probe('no dt', { dt: null }),
  {
    name: 'dt 0',
    ours: { reason: 'a dead time of nothing is no dead time', log: [ACCEPTED], sent: [] },
    play: async ({ bench, peer, send, logged }) => {
      send(peer.status({ st: 'probe', dt: '0' }));
      // The genuine daemon looks for the dead from time to time only.
      if (bench.stack === 'genuine') await logged(new RegExp(`node ${peer.name}: is dead`));
    },
  },
  probe('dt not a number', { dt: 'zz' }),
  probe('protocol empty', { protocol: '' }),
  probe('protocol x', { protocol: 'x' }),
  probe('no protocol', { protocol: null }),
];

export const ADDRESSED: readonly Row[] = [
  probe('dest us', { dest: 'w-fields' }),
  probe('dest another', { dest: 'fence' }),
  probe('dest empty', { dest: '' }),
  probe('dest unknown', { dest: 'stranger' }),
  probe('dest us in capitals', { dest: 'W-FIELDS' }),
  crafted(
    'destuuid wrong',
    (lines) => [...lines, 'dest=w-fields', '(1)destuuid=AAAAAAAAAAAAAAAAAAAAAQ=='],
    {},
    accepted(UUID_UNUSED),
  ),
  crafted('destuuid zero', (lines) => [
    ...lines,
    'dest=w-fields',
    '(1)destuuid=AAAAAAAAAAAAAAAAAAAAAA==',
  ]),
  crafted(
    'destuuid too short',
    (lines) => [...lines, 'dest=w-fields', '(1)destuuid=AAAA'],
    {},
    accepted(UUID_UNUSED),
  ),
  crafted(
    'destuuid a string',
    (lines) => [...lines, 'dest=w-fields', 'destuuid=AAAA'],
    {},
    accepted(UUID_UNUSED),
  ),
  probe('no ttl, no ld', { ttl: null, ld: null }),
  probe('ttl 0', { ttl: '0' }),
  probe('an unknown field', { x_ts: '1 settle', x_other: '' }),
  probe('t unknown', { t: 'x_hello' }),
  probe('t NS_unknown', { t: 'NS_x' }),
  probe('t NS_ and a number', { t: 'NS_x', seq: '9' }),
  probe('t in capitals', { t: 'STATUS' }),
  probe(
    't NS_st of a normal node',
    { t: 'NS_st' },
    silent('a status without a number could be played again and again'),
  ),
  probe('t repnodes without lists', { t: 'repnodes', dest: 'w-fields' }),
  probe('t resource, rsc_hold odd', { t: 'resource', rsc_hold: 'everything', rtype: 'full' }),
  crafted('seq twice, first right', (lines) => [...lines, 'seq=1']),
  crafted('seq twice, last right', (lines) => ['seq=1', ...lines]),
  crafted('st twice', (lines) => [...lines, 'st=second']),
  crafted('src twice, first right', (lines) => [...lines, 'src=stranger']),
  crafted(
    'src twice, last right',
    (lines) => ['src=stranger3', ...lines],
    {},
    stranger('stranger3'),
  ),
  crafted('t twice', (lines) => [...lines, 't=x_other']),
  crafted('the whole message twice', (lines) => [...lines, ...lines]),
];

/** From a node that the daemon has not heard before. */
export const FIRST: readonly Row[] = [
  first('a first status', {}),
  first('only t st src seq ts', {
    ...{ dt: null, protocol: null, srcuuid: null, hg: null, ld: null, ttl: null },
  }),
  first('no uuid', { srcuuid: null }),
  first('no hg', { hg: null }),
  first('hg 0', { hg: '0' }),
  first('no seq', { seq: null }),
  first('seq 1000', { seq: '3e8' }),
  first('ts 0', { ts: '0' }),
  first(
    'no st',
    { st: null },
    {
      ours: {
        reason: ALIVE,
        log: [
          'info: Link PEER:eth0 up.',
          'ERROR: HBDoMsg_T_STATUS: status update without st field',
        ],
        sent: [],
      },
    },
  ),
  first('for another node', { dest: 'fence' }, silent(ALIVE)),
  first(
    'NS_ackmsg first',
    { t: 'NS_ackmsg', dest: 'w-first', ackseq: '1', seq: null },
    silent('without a number it could be of an older life, played again'),
  ),
  first('x_hello first', { t: 'x_hello', seq: '1' }),
  {
    ...first('reqnodes first', {}),
    play: ({ send, peer }) => send(peer.message({ t: 'reqnodes', dest: 'w-first' })),
  },
  {
    ...first(
      'starting first',
      {},
      {
        ours: {
          reason: 'a partner that is early is worth a line',
          log: ['info: Link PEER:eth0 up.', "ERROR: Received 'starting' message in state 0"],
        },
      },
    ),
    play: ({ send, peer }) => send(peer.message({ t: 'starting' })),
  },
  {
    ...first('status init, up, up, active', {}),
    play: ({ send, peer }) => {
      for (const st of ['init', 'up', 'up', 'active']) send(peer.status({ st }));
    },
  },
  {
    ...first('a restart before it was ever active', {}),
    play: ({ send, peer }) => {
      send(peer.status({ st: 'up' }));
      peer.generation += 1;
      peer.seq = 1;
      send(peer.status({ st: 'up' }));
    },
  },
];
