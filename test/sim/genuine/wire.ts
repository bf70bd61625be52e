/** What was said on the wire of a recording, and on that of a pair of models: what must be equal. */
import { readFileSync } from 'node:fs';
import { DIRECTORS, type Director } from '../../lab/lab.js';
import { recordingFile } from '../../scenarios/recording.js';
import type { Sent } from './pair.js';

/** The recording was made at this node: while the wire was cut it heard nothing of the other. */
const LISTENER: Director = 'backup';

/**
 * Types whose order and number do not hang on the moment. Left out: statuses, which come by the
 * clock; `reqnodes` and its answer, which the first of two nodes does without; a `resource` without
 * `info`, of which a node says one more or less by the way two of them cross; ipfail's messages.
 */
const COMPARED: ReadonlySet<string> = new Set([
  'starting',
  'resource',
  'ask_resources',
  'shutdone',
  'hb_takeover',
  'ip-request',
  'ip-request-resp',
  'stonith',
]);

const TOLD = ['rsc_hold', 'isstable', 'info', 'result', 'ipaddr', 'weown'];

type Fields = Readonly<Record<string, string>>;

interface Said {
  readonly node: string | undefined;
  readonly type: string;
  readonly fields: Fields;
}

function spoken(all: readonly Said[], node: Director): readonly string[] {
  const words = all.flatMap(({ node: who, type, fields }) => {
    const compared = COMPARED.has(type) && !(type === 'resource' && fields.info === undefined);
    if (who !== node || !compared) return [];
    return [[type, ...TOLD.flatMap((name) => fields[name] ?? [])].join(' ')];
  });
  return inOneOrder(words);
}

/** After a shutdown notice two children run beside one another: who ends first is chance. */
function inOneOrder(words: readonly string[]): readonly string[] {
  const sorted = [...words];
  for (const [place, word] of sorted.entries()) {
    const next = sorted[place + 1];
    if (!/^ask_resources \w+ done$/.test(word) || !next?.endsWith('req_our_resources()')) continue;
    sorted[place] = next;
    sorted[place + 1] = word;
  }
  return sorted;
}

function recorded(name: string): readonly Said[] {
  const { events } = JSON.parse(readFileSync(recordingFile(`${name}.json`), 'utf8'));
  return events.filter(({ kind }: { readonly kind: string }) => kind === 'message');
}

/** The first difference of each node; the models may have gone on for longer. */
export function wireDifferences(name: string, sent: readonly Sent[]): readonly string[] {
  const heard = sent.filter(({ node, cut }) => !cut || node === LISTENER);
  const said = heard.map(({ node, message }) => {
    return { node, type: message.get('t') ?? '', fields: message.strings() };
  });
  const events = recorded(name);
  return DIRECTORS.flatMap((node) => {
    const [expected, seen] = [spoken(events, node), spoken(said, node)];
    const place = expected.findIndex((word, n) => word !== seen[n]);
    if (place < 0 && expected.length >= seen.length - LATER_MAX) return [];
    const n = place < 0 ? expected.length : place;
    return [`${node} says ${seen[n] ?? 'nothing'} instead of ${expected[n] ?? 'nothing'}`];
  });
}

/** A recording may end before the death of a node that was stopped: one `stonith` is left. */
const LATER_MAX = 1;
