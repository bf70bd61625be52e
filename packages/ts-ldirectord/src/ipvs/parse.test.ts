/** What ipvsadm prints, read back; and anything else, without harm. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { VirtualTarget } from '../config/config.js';
import { type Change, ipvsadmArguments } from './change.js';
import { perform } from './memory.js';
import { parseRules, parseThresholds, withThresholds } from './parse.js';
import {
  type DestinationContents,
  destinationKey,
  EMPTY_TABLE,
  type ServiceContents,
  sameDestination,
  sameService,
  serviceKey,
  type Table,
} from './table.js';

/** What ipvsadm 1.31 printed on Linux 6.1. */
const RULES = `-A -t 10.255.0.1:80 -s rr
-a -t 10.255.0.1:80 -r 10.0.0.2:80 -g -w 0
-a -t 10.255.0.1:80 -r 10.0.0.3:8080 -m -w 7
-a -t 10.255.0.1:80 -r 10.0.0.4:80 -i -w 1 --tun-type ipip
-A -t 10.255.0.2:80 -s wlc -p 300 -M 255.255.255.0
-A -t 10.255.0.3:80 -s rr -p 60 --pe sip
-A -t 10.255.0.4:0 -s rr -p 60
-a -t 10.255.0.4:0 -r 10.0.0.9:0 -i -w 1 --tun-type gue --tun-port 5555 --tun-nocsum
-A -u 10.255.0.1:53 -s rr -o
-A -t [2001:db8::10]:7 -s rr -p 60 -M 64
-a -t [2001:db8::10]:7 -r 10.0.0.1:7 -i -w 1 --tun-type ipip
-a -t [2001:db8::10]:7 -r [2001:db8::1]:7 -g -w 1
-A -f 7 -s sh -b sh-fallback,sh-port
-a -f 7 -r 10.0.0.1:0 -g -w 1
-A -f 9 -6 -s wrr -p 360
-a -f 9 -6 -r [2001:db8::1]:80 -m -w 1
`;

const LIST = `IP Virtual Server version 1.2.1 (size=4096)
Prot LocalAddress:Port            Uthreshold Lthreshold ActiveConn InActConn
  -> RemoteAddress:Port
TCP  10.255.0.1:80 rr
  -> 10.0.0.2:80                  20         10         3          0
  -> 10.0.0.3:8080                0          0          0          0
UDP  10.255.0.1:53 rr ops
FWM  7 sh (sh-fallback,sh-port)
  -> 10.0.0.1:0                   5          0          0          0
FWM  9 IPv6 wrr persistent 360
  -> [2001:db8::1]:80             0          2          0          0
`;

test('the rules of every kind of service and destination are read', () => {
  const table = parseRules(RULES);
  assert.deepEqual(
    [...table].map(([key, { contents, destinations }]) => [
      key,
      contents,
      [...destinations].map(([name, { contents: held }]) => [name, held.forwarding, held.weight]),
    ]),
    [
      [
        'tcp 10.255.0.1:80',
        { scheduler: 'rr', ops: false },
        [
          ['10.0.0.2:80', 'gate', 0],
          ['10.0.0.3:8080', 'masq', 7],
          ['10.0.0.4:80', 'ipip', 1],
        ],
      ],
      [
        'tcp 10.255.0.2:80',
        { scheduler: 'wlc', persistence: 300, netmask: '255.255.255.0', ops: false },
        [],
      ],
      ['tcp 10.255.0.3:80', { scheduler: 'rr', persistence: 60, ops: false, engine: 'sip' }, []],
      [
        'tcp 10.255.0.4:0',
        { scheduler: 'rr', persistence: 60, ops: false },
        [['10.0.0.9:0', 'ipip', 1]],
      ],
      ['udp 10.255.0.1:53', { scheduler: 'rr', ops: true }, []],
      [
        'tcp [2001:db8:0:0:0:0:0:10]:7',
        { scheduler: 'rr', persistence: 60, netmask: '64', ops: false },
        [
          ['10.0.0.1:7', 'ipip', 1],
          ['[2001:db8:0:0:0:0:0:1]:7', 'gate', 1],
        ],
      ],
      [
        'fwm 7 ipv4',
        { scheduler: 'sh', schedulerFlags: 'sh-fallback,sh-port', ops: false },
        [['10.0.0.1:0', 'gate', 1]],
      ],
      [
        'fwm 9 ipv6',
        { scheduler: 'wrr', persistence: 360, ops: false },
        [['[2001:db8:0:0:0:0:0:1]:80', 'masq', 1]],
      ],
    ],
  );
});

test('the thresholds of the list are put into the table', () => {
  const table = withThresholds(parseRules(RULES), parseThresholds(LIST));
  const held = (service: string, name: string) => {
    const contents = table.get(service)?.destinations.get(name)?.contents;
    return [contents?.upperThreshold, contents?.lowerThreshold];
  };
  assert.deepEqual(held('tcp 10.255.0.1:80', '10.0.0.2:80'), [20, 10]);
  assert.deepEqual(held('tcp 10.255.0.1:80', '10.0.0.3:8080'), [0, 0]);
  assert.deepEqual(held('fwm 7 ipv4', '10.0.0.1:0'), [5, 0]);
  assert.deepEqual(held('fwm 9 ipv6', '[2001:db8:0:0:0:0:0:1]:80'), [0, 2]);
  assert.deepEqual(held('tcp 10.255.0.4:0', '10.0.0.9:0'), [undefined, undefined]);
});

test('a mark from 2^31 on is the number that ipvsadm prints as a negative one', () => {
  const table = parseRules(
    '-A -f -1 -s rr\n-a -f -1 -r 10.0.0.1:0 -g -w 1\n-A -f -2147483648 -s rr\n',
  );
  assert.deepEqual([...table.keys()], ['fwm 4294967295 ipv4', 'fwm 2147483648 ipv4']);
  const found = parseThresholds('FWM  -1 rr\n  -> 10.0.0.1:0  5  2  0  0\n');
  const held = withThresholds(table, found).get('fwm 4294967295 ipv4')?.destinations;
  assert.equal(held?.get('10.0.0.1:0')?.contents.upperThreshold, 5);
  assert.deepEqual([...parseRules('-A -f -2147483649 -s rr\n-A -f -0x1 -s rr\n')], []);
});

test('a service of a kind that is not ours has no part in the one before it', () => {
  const rules = `-A -t 10.0.0.1:7 -s rr
-a -t 10.0.0.1:7 -r 10.0.0.2:7 -m -w 1
-A --sctp-service 10.0.0.1:7 -s rr
-a --sctp-service 10.0.0.1:7 -r 10.0.0.2:7 -m -w 9
`;
  const list = `TCP  10.0.0.1:7 rr
  -> 10.0.0.2:7                   5          2          0          0
SCTP 10.0.0.1:7 rr
  -> 10.0.0.2:7                   9          9          0          0
`;
  const table = withThresholds(parseRules(rules), parseThresholds(list));
  assert.deepEqual([...table.keys()], ['tcp 10.0.0.1:7']);
  const contents = table.get('tcp 10.0.0.1:7')?.destinations.get('10.0.0.2:7')?.contents;
  assert.deepEqual(contents, {
    forwarding: 'masq',
    weight: 1,
    upperThreshold: 5,
    lowerThreshold: 2,
  });
});

const PORT = fc.integer({ min: 1, max: 65_535 });
const ADDRESS_TARGET: fc.Arbitrary<VirtualTarget> = fc.oneof(
  fc.record({
    kind: fc.constant('address' as const),
    protocol: fc.constantFrom('tcp' as const, 'udp' as const),
    family: fc.constant('ipv4' as const),
    address: fc.ipV4(),
    port: PORT,
  }),
  fc.record({
    kind: fc.constant('address' as const),
    protocol: fc.constantFrom('tcp' as const, 'udp' as const),
    family: fc.constant('ipv6' as const),
    address: fc.ipV6(),
    port: PORT,
  }),
);
const TARGET: fc.Arbitrary<VirtualTarget> = fc.oneof(
  ADDRESS_TARGET,
  fc.record({
    kind: fc.constant('mark' as const),
    protocol: fc.constant('fwm' as const),
    family: fc.constantFrom('ipv4' as const, 'ipv6' as const),
    mark: fc.integer({ min: 1, max: 0xffff_ffff }),
  }),
);
const CONTENTS: fc.Arbitrary<ServiceContents> = fc.record(
  {
    scheduler: fc.constantFrom('rr', 'wrr', 'wlc', 'sh'),
    ops: fc.boolean(),
    schedulerFlags: fc.constantFrom('sh-port', 'flag-1,flag-2'),
    persistence: fc.integer({ min: 1, max: 2_678_400 }),
    netmask: fc.constantFrom('255.255.255.0', '64'),
  },
  { requiredKeys: ['scheduler', 'ops'] },
);
const HELD: fc.Arbitrary<DestinationContents> = fc.record({
  forwarding: fc.constantFrom('gate' as const, 'masq' as const, 'ipip' as const),
  weight: fc.nat(65_535),
});

test('what we tell ipvsadm reads back as the same table', () => {
  const change: fc.Arbitrary<readonly Change[]> = fc
    .tuple(
      TARGET,
      CONTENTS,
      fc.array(
        fc.tuple(
          fc.record({ address: fc.oneof(fc.ipV4(), fc.ipV6()), port: fc.nat(65_535) }),
          HELD,
        ),
        { maxLength: 5 },
      ),
    )
    .map(([target, contents, destinations]) => [
      { kind: 'addService', target, contents },
      ...destinations.map(
        ([destination, held]): Change => ({
          kind: 'addDestination',
          target,
          destination:
            target.kind === 'address' && held.forwarding !== 'masq'
              ? { ...destination, port: target.port }
              : destination,
          contents: held,
        }),
      ),
    ]);
  fc.assert(
    fc.property(change, (changes) => {
      const lines = changes.map((one) => ipvsadmArguments(one).join(' '));
      const read = parseRules(lines.join('\n'));
      let expected: Table = EMPTY_TABLE;
      for (const one of changes) {
        const next = perform(expected, one);
        // The same destination drawn twice: the later line wins, as in the parser.
        if (typeof next !== 'string') expected = next;
        else if (one.kind === 'addDestination') {
          const edited = perform(expected, { ...one, kind: 'editDestination' });
          assert.notEqual(typeof edited, 'string');
          if (typeof edited !== 'string') expected = edited;
        }
      }
      assert.deepEqual([...read.keys()], [...expected.keys()]);
      for (const [key, service] of expected) {
        const found = read.get(key);
        assert.ok(found !== undefined && sameService(service.contents, found.contents));
        assert.deepEqual(new Set(found.destinations.keys()), new Set(service.destinations.keys()));
        for (const [name, { contents }] of service.destinations) {
          const held = found.destinations.get(name);
          assert.ok(held !== undefined && sameDestination(contents, held.contents));
          assert.equal(destinationKey(held), name);
        }
        assert.equal(serviceKey(found.target), key);
      }
    }),
  );
});

test('no output whatever makes the parsers throw', () => {
  const word = fc.oneof(
    fc.constantFrom('-A', '-a', '-t', '-f', '-r', '-w', '-p', '-6', '->', 'TCP', 'FWM', 'pe'),
    fc.constantFrom('1.2.3.4:5', '[::1]:80', '[', '7', '-1', '99999999999', '1.2.3.4:99999'),
    fc.string(),
  );
  const lines = fc.array(fc.array(word).map((words) => words.join(' ')));
  fc.assert(
    fc.property(lines, (text) => {
      withThresholds(parseRules(text.join('\n')), parseThresholds(text.join('\n')));
    }),
    { numRuns: 500 },
  );
});
