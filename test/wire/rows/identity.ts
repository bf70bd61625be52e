/** Rows on who somebody is: identities, names, our own name, the list of nodes, scripts by type. */
import type { Act, Row } from '../row.js';
import { ACCEPTED, probe } from './probe.js';

const OTHER_UUID = new Uint8Array(16).fill(7);

/** A status with another identity. */
function identified(name: string, uuid: (act: Act) => Uint8Array, extra: Partial<Row> = {}): Row {
  return {
    name,
    ...extra,
    play: (act) => {
      const value = uuid(act);
      const status = act.peer.status({ st: 'probe' });
      act.send(status.withField({ name: 'srcuuid', type: 'binary', value }));
    },
  };
}

/** A message that says it comes from the daemon itself. */
function forged(
  name: string,
  seq: (act: Act) => string,
  hg: (act: Act) => string,
  extra: Partial<Row> = {},
): Row {
  return {
    name,
    ...extra,
    play: async (act) => {
      act.send(act.peer.status({ src: act.bench.host, seq: seq(act), hg: hg(act), srcuuid: null }));
      await act.fence();
    },
  };
}

const generation = (act: Act, more = 0): string => (act.bench.generation + more).toString(16);

/** An answer about the nodes that nobody has asked for. */
function nodes(name: string, nodelist: (names: string) => string, more: Partial<Row> = {}): Row {
  return {
    name,
    ...more,
    play: (act) => {
      const list = nodelist(act.bench.nodelist);
      const fields = { dest: act.bench.host, t: 'repnodes', nodelist: list, delnodelist: ' ' };
      act.send(act.peer.message(fields));
    },
  };
}

/** Tells the type, a field and the sender of the message it is run for. */
const SCRIPT = `#!/bin/sh
echo "$HA_t $HA_x from $HA_src" >>/var/log/types
`;

/** Scripts as they are before the daemon starts: it looks once. */
export const SCRIPTS: Readonly<Record<string, { readonly text: string; readonly mode: number }>> = {
  '/etc/ha.d/rc.d/x_hello': { text: SCRIPT, mode: 0o755 },
  '/etc/ha.d/rc.d/x_last': { text: SCRIPT, mode: 0o755 },
  '/etc/ha.d/rc.d/x_plain': { text: SCRIPT, mode: 0o644 },
  '/etc/ha.d/x_above': { text: SCRIPT, mode: 0o755 },
};

/** A message of a type, and what the scripts have seen of it. */
function typed(name: string, type: string): Row {
  return {
    name,
    play: async (act) => {
      act.send(act.peer.message({ t: type, x: 'y' }));
      // Scripts are run one after the other.
      act.send(act.peer.message({ t: 'x_last', x: 'z' }));
      await act.logged(/Running .*x_last/);
      const wait = `until grep -q "x_last z from $0" /var/log/types; do sleep 0.05; done`;
      await act.bench.must(['timeout', '10', 'sh', '-c', wait, act.peer.name]);
      const seen = 'grep "$0" /var/log/types | grep -v x_last || :';
      act.note(await act.bench.must(['sh', '-c', seen, act.peer.name]));
    },
  };
}

export const IDENTITY: readonly Row[] = [
  identified('srcuuid changed', () => OTHER_UUID),
  identified('srcuuid of zeros', () => new Uint8Array(16)),
  identified('srcuuid of the daemon', (act) => act.bench.uuid, {
    oursOnly: 'renames itself to the other node and back, and hears nobody any more',
    ours: {
      reason: 'ours goes by the name',
      log: ['info: node PEER changed its uuid to UUID', ACCEPTED],
      sent: [],
    },
  }),
  forged(
    'our name, our generation, an old number',
    () => '1',
    (act) => generation(act),
    {
      ours: {
        reason: 'what came back late shows that the wire is there',
        log: ['info: Link NODE:eth0 up.'],
      },
    },
  ),
  forged(
    'our name, an older generation',
    (act) => (act.newest() + 1).toString(16),
    (act) => generation(act, -1),
  ),
  probe('our name in capitals', { src: 'W-IDENTITY', srcuuid: null }),
  {
    name: 'reqnodes',
    play: (act) => act.send(act.peer.message({ t: 'reqnodes', dest: act.bench.host })),
  },
  {
    name: 'reqnodes for another node',
    play: (act) => act.send(act.peer.message({ t: 'reqnodes', dest: 'fence' })),
  },
  {
    name: 'reqnodes for nobody',
    play: (act) => act.send(act.peer.message({ t: 'reqnodes' })),
  },
  nodes('repnodes as it is', (names) => names),
  nodes('repnodes without ourselves and others', () => 'fence ', {
    ours: { reason: 'the nodes are those of ha.cf', log: [] },
  }),
  typed('a type with a script', 'x_hello'),
  typed('a type with a path', '../x_above'),
  typed('a type of a script that may not be run', 'x_plain'),
];
