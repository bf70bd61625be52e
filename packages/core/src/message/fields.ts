/** Field names and message types of the cluster protocol and of the client API. */

/** Names of fields, by what they hold. */
export const FIELD = {
  /** The message's type, a value of `TYPE`. */
  type: 't',
  source: 'src',
  sourceUuid: 'srcuuid',
  destination: 'dest',
  destinationUuid: 'destuuid',
  /** Sequence number, hexadecimal; not in messages whose type starts with `NS_`. */
  sequence: 'seq',
  /** Generation: rises at each start of the sender; hexadecimal. */
  generation: 'hg',
  /** Sender's wall clock, seconds, hexadecimal; never 0. */
  timestamp: 'ts',
  /** The text of /proc/loadavg. */
  load: 'ld',
  timeToLive: 'ttl',
  auth: 'auth',
  /** Status of a node, link or client. */
  status: 'st',
  /** Time without which the sender counts as dead; milliseconds, hexadecimal. */
  deadtime: 'dt',
  /** `1`; a status without it switches a genuine peer's flow control off. */
  protocol: 'protocol',
  info: 'info',
  /** First and last number of a request (decimal) or refusal (hexadecimal) of a retransmission. */
  firstSequence: 'firstseq',
  lastSequence: 'lastseq',
  ackSequence: 'ackseq',
  nodeList: 'nodelist',
  deletedNodeList: 'delnodelist',
  /** `none`, `local`, `foreign` or `all`. */
  resourcesHeld: 'rsc_hold',
  /** `full` when `rsc_hold` replaces what was said before; absent when it adds to it. */
  resourceType: 'rtype',
  isStable: 'isstable',
  ipAddress: 'ipaddr',
  weOwn: 'weown',
  ok: 'ok',
  node: 'node',
  result: 'result',
  fromId: 'from_id',
  toId: 'to_id',
  clientGeneration: 'client_gen',
  clientName: 'cn',
  clientStatus: 'cs',
  pingCount: 'num_ping',
  requestType: 'reqtype',
  pid: 'pid',
  uid: 'uid',
  gid: 'gid',
  interface: 'ifname',
  parameterName: 'pname',
  parameterValue: 'pvalue',
  nodeType: 'nodetype',
  nodeCount: 'numnodes',
  weight: 'weight',
  site: 'site',
  subtype: 'subt',
  filterMask: 'fmask',
  signal: 'signal',
  queryName: 'queryname',
  queryUuid: 'queryuuid',
  sendQueueLength: 'sendqlen',
  keepalive: 'keepalive',
  /** In the client API's sign-on reply `deadtime` is spelled out. */
  deadtimeWord: 'deadtime',
  version: 'hbversion',
  pacemaker: 'pacemaker',
  logFacility: 'logfacility',
} as const;

/** Types of messages, by what they say. */
export const TYPE = {
  status: 'status',
  /** The payload of an echo request. */
  pingStatus: 'NS_st',
  retransmit: 'NS_rexmit',
  cannotRetransmit: 'NS_nak_rexmit',
  ack: 'NS_ackmsg',
  requestNodes: 'reqnodes',
  replyNodes: 'repnodes',
  starting: 'starting',
  resource: 'resource',
  askResources: 'ask_resources',
  takeover: 'hb_takeover',
  ipRequest: 'ip-request',
  ipRequestResponse: 'ip-request-resp',
  stonith: 'stonith',
  shutdownDone: 'shutdone',
  clientStatus: 'hbapi-clstat',
  queryClientStatus: 'query-cstatus',
  respondClientStatus: 'respond-cstatus',
  pingCount: 'num_ping_nodes',
  abortGiveUp: 'abort_giveup',
  youAreDead: 'you_are_dead',
  addNode: 'addnode',
  deleteNode: 'delnode',
  setWeight: 'setweight',
  setSite: 'setsite',
  /** Only told to API clients. */
  linkStatus: 'ifstat',
  apiRequest: 'hbapi-req',
  apiResponse: 'hbapi-resp',
} as const;

/** True for types that carry no sequence number and are never retransmitted. */
export function isUnsequenced(type: string): boolean {
  return type.startsWith('NS_');
}
