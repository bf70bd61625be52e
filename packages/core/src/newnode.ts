/** A node before its life begins: the state that `start` sets going. */
import { isPing, linkName } from './config/media.js';
import type { Settings } from './config/settings.js';
import { EMPTY_HISTORY } from './membership/history.js';
import { EMPTY_WINDOW } from './membership/sequence.js';
import type { Link, NodeState, Peer } from './state.js';

/** The state before `start`. */
export function createNode(settings: Settings): NodeState {
  const wires = settings.media.filter((medium) => !isPing(medium)).map(linkName);
  const links = (names: readonly string[]): Map<string, Link> =>
    new Map(names.map((name) => [name, { up: false, heardAt: 0 }]));
  const peers = settings.nodes
    .filter((node) => node.name !== settings.localNode)
    .map((node): [string, Peer] => [
      node.name,
      {
        name: node.name,
        type: node.type,
        status: 'init',
        uuid: undefined,
        generation: 0,
        heard: false,
        statusAt: 0,
        deadtime: node.type === 'ping' ? settings.deadping : settings.deadtime,
        links: links(node.type === 'ping' ? [node.name] : wires),
        window: EMPTY_WINDOW,
        ackDigit: 0,
        acked: undefined,
        acknowledges: false,
        capabilities: [],
        gaveUp: false,
        asked: false,
        reborn: false,
        tookUs: false,
        difference: undefined,
        statusSeq: 0,
        resourceSeq: 0,
        stableSeq: 0,
        doneSeq: 0,
      },
    ]);
  return {
    settings,
    generation: 0,
    uuid: new Uint8Array(16),
    pid: 0,
    seed: 0,
    startedAt: 0,
    status: 'init',
    communicationUp: false,
    nextBeatAt: 0,
    peers: new Map(peers),
    ownLinks: links(wires),
    history: EMPTY_HISTORY,
    clientsPaused: false,
    behind: false,
    pingStamps: [],
    resources: {
      phase: 'init',
      mine: { local: false, foreign: false },
      since: { local: 0, foreign: 0 },
      other: { local: false, foreign: false },
      otherStable: false,
      otherTroubles: { local: false, foreign: false },
      joined: false,
      settleBy: undefined,
      needsFailback: false,
      failbackAt: undefined,
      takeoverBy: undefined,
      overtaken: false,
      homeBy: undefined,
      forsakenSince: undefined,
      tellAgainAt: undefined,
      asked: [],
      reclaimed: [],
      unheard: false,
      keys: { local: [], foreign: [] },
      jobs: [],
      nextJob: 1,
      firstAcquisitionDone: false,
      troubles: [],
      borrowed: [],
      failures: [],
      redo: { local: undefined, foreign: undefined },
    },
    standby: { phase: 'none' },
    heal: undefined,
    fencing: [],
    ending: { phase: 'no' },
    limits: new Map(),
    scripted: [],
  };
}
