/** In which order a genuine node in legacy mode does what it is asked for and what it takes over. */
import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import type { Keyring } from '@ts-heartbeat/core/auth/keyring';
import type { Message } from '@ts-heartbeat/core/message/message';
import { expectPrepared } from '../lab/notprepared.js';
import { Bench } from './bench.js';
import { withBenchLab } from './benchlab.js';
import { datagram, Peer } from './peer.js';

const HOST = 'w-queue';
const HOME = 'home';
const CRC: Keyring = { signing: 1, keys: new Map([[1, { method: 'crc', key: '' }]]) };

/** A resource that takes two seconds to start, and notes its calls. */
const SLOW = `#!/bin/sh
case $1 in
  start) echo start >>/var/log/calls; sleep 2; touch /run/slow ;;
  stop) echo stop >>/var/log/calls; rm -f /run/slow ;;
  status) if [ -e /run/slow ]; then echo running; else echo stopped; fi ;;
esac
`;
const STATUS = `#!/bin/sh
. $HA_FUNCS
if [ "$HA_st" = dead ]; then $HA_NOARCHBIN/mach_down $HA_src; fi
`;

before(expectPrepared);

test('a genuine node answers an earlier life, and then starts what that has left', async () => {
  await withBenchLab('genuine', [HOST], async (lab) => {
    const bench = await Bench.open(lab, {
      host: HOST,
      number: 20,
      hacf: ['keepalive 1', 'deadtime 600', 'warntime 500', 'initdead 600', 'auto_failback legacy'],
      nodes: [HOME],
      answers: true,
      haresources: `${HOME} slow\n`,
      authkeys: 'auth 1\n1 crc\n',
      keyring: CRC,
      files: { '/etc/ha.d/resource.d/slow': { text: SLOW, mode: 0o755 } },
    });
    await bench.put('/etc/ha.d/rc.d/status', STATUS, 0o755);
    const say = (message: Message): void => bench.send(datagram(message, CRC));
    const ends = (peer: Peer): void => say(peer.message({ t: 'shutdone', st: 'dead' }));
    const asks = (life: number): Peer => {
      const peer = new Peer(HOME, 0x65000000 + life);
      say(peer.status());
      say(peer.message({ t: 'ip-request', ipaddr: `slow x_${life}` }));
      return peer;
    };
    const since = bench.feed.mark;
    const gives = (life: number) => (message: Message) =>
      message.get('t') === 'ip-request-resp' && message.get('ipaddr') === `slow x_${life}`;

    await bench.start();
    const first = new Peer(HOME, 0x65000000);
    say(first.status());
    await bench.fence();
    await bench.logged(/No local resources/, since);
    ends(first);
    await bench.logged(/slow +start/, since);
    const second = asks(1);
    ends(second);
    asks(2);

    for (const life of [1, 2]) {
      const answer = await bench.sent(gives(life), `an answer to life ${life}`, since);
      assert.deepEqual([answer.get('weown'), answer.get('ok')], ['yes', 'OK']);
    }
    const calls = await bench.must(['cat', '/var/log/calls']);
    assert.deepEqual(calls.trim().split('\n'), ['start', 'stop', 'start', 'stop']);
    await bench.kill();
  });
});
