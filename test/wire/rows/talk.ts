/** Rows on what nodes say about resources, clients and each other: odd words in every field. */
import type { Message } from '@ts-heartbeat/core/message/message';
import type { Row } from '../row.js';

/** One message of a type from a node at work. */
function says(
  name: string,
  fields: Readonly<Record<string, string>>,
  extra: Pick<Row, 'ours' | 'oursOnly'> = {},
): Row {
  return { name, ...extra, play: ({ send, peer }) => send(peer.message(fields)) };
}

/** A script answers. */
function asks(name: string, ipaddr: string): Row {
  return {
    name,
    play: async ({ send, peer, answered }) => {
      send(peer.message({ t: 'ip-request', ipaddr }));
      const answer = (message: Message): boolean =>
        message.get('t') === 'ip-request-resp' && message.get('dest') === peer.name;
      await answered(answer);
    },
  };
}

const DEST = { dest: 'w-talk' };

export const TALK: readonly Row[] = [
  says('starting', { t: 'starting' }),
  says('resource, nothing held, not stable', {
    ...{ t: 'resource', rsc_hold: 'none', rtype: 'full', isstable: '0' },
  }),
  says('resource, nothing held, stable', {
    ...{ t: 'resource', rsc_hold: 'none', rtype: 'full', isstable: '1' },
  }),
  says('resource without isstable', { t: 'resource', rsc_hold: 'none', rtype: 'full' }),
  says('resource without rsc_hold', { t: 'resource', rtype: 'full', isstable: '1' }),
  says('resource, rtype odd', { t: 'resource', rsc_hold: 'none', rtype: 'odd', isstable: '1' }),
  says('resource for another node', {
    ...{ t: 'resource', dest: 'fence', rsc_hold: 'all', rtype: 'full', isstable: '1' },
  }),
  says('ask_resources without info', { t: 'ask_resources', rsc_hold: 'all' }),
  says('ask_resources, info odd', { t: 'ask_resources', rsc_hold: 'all', info: 'odd' }),
  says('other, unasked', { t: 'ask_resources', rsc_hold: 'all', info: 'other' }),
  says('done, unasked', { t: 'ask_resources', rsc_hold: 'all', info: 'done' }),
  asks('ip-request', '10.0.0.1'),
  asks('ip-request, a word behind the key', '10.0.0.1 x_1f'),
  says('ip-request-resp for another node', {
    ...{ t: 'ip-request-resp', dest: 'fence', ipaddr: '10.0.0.1', ok: 'OK', weown: 'yes' },
  }),
  says('ip-request-resp without a group', { t: 'ip-request-resp', ...DEST, ok: 'OK' }),
  says('stonith, node unknown', { t: 'stonith', node: 'stranger', result: 'OK' }),
  says('stonith, result odd', { t: 'stonith', node: 'fence', result: 'odd' }),
  says('query-cstatus of a client that is not there', {
    ...{ t: 'query-cstatus', ...DEST, cn: 'nobody', from_id: 'me' },
  }),
  says(
    'query-cstatus without a client',
    { t: 'query-cstatus', ...DEST, from_id: 'me' },
    { ours: { reason: 'a question about nobody is not worth a line', log: [] } },
  ),
  says('query-cstatus for everybody', { t: 'query-cstatus', cn: 'nobody', from_id: 'me' }),
  says('respond-cstatus, unasked', {
    ...{ t: 'respond-cstatus', ...DEST, cn: 'nobody', cs: 'online', to_id: 'me', result: 'OK' },
  }),
  says('hbapi-clstat join', {
    ...{ t: 'hbapi-clstat', st: 'join', from_id: 'ipfail', to_id: 'ipfail', info: 'signon' },
  }),
  says('hbapi-clstat without st', { t: 'hbapi-clstat', from_id: 'ipfail' }),
  says('a message for a client that is not there', {
    ...{ t: 'num_ping_nodes', from_id: 'ipfail', to_id: 'ipfail', num_ping: '1' },
  }),
  says('hbapi-req over the wire', { t: 'hbapi-req', reqtype: 'signon', from_id: '1', pid: '1' }),
  says('ifstat over the wire', { t: 'ifstat', node: 'fence', ifname: 'eth0', st: 'dead' }),
];
