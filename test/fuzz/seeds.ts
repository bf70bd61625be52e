/** Beginnings for the targets: what genuine programs said, as it was recorded. */
import { readdirSync, readFileSync } from 'node:fs';
import { messageRecordings, readVectorFile, vectorFiles } from '../vectors/recording.js';

/** Of very many that are alike so many are taken, evenly. */
const SEEDS_MAX = 200;

/** At most so many of them, evenly. */
export function some<T>(all: readonly T[], most = SEEDS_MAX): readonly T[] {
  const step = Math.max(1, all.length / most);
  return all.filter((_, index) => Math.floor(index / step) !== Math.floor((index - 1) / step));
}

const FORMS = ['string', 'netstring', 'netstring-1.99.4'] as const;

/** Messages as they were on cables and networks, in one of the three forms. */
export function recordedMessages(form: (typeof FORMS)[number]): readonly Uint8Array[] {
  const items = messageRecordings().flatMap((recording) => recording.items);
  return some(items.filter(({ encoding }) => encoding === form)).map(fromBase64);
}

/** What programs and the daemon said to each other over the client API, each frame by itself. */
export function recordedFrames(direction?: 'client->server'): readonly Uint8Array[] {
  const files = vectorFiles('heartbeat').filter((file) => file.startsWith('ipc-'));
  const items = files.flatMap((file) => {
    const { items: all } = readVectorFile('heartbeat', file) as { items: ApiTalk[] };
    const said = all.flatMap((item) => ('exchange' in item ? item.exchange : [item]));
    return said.filter((item) => direction === undefined || item.direction === direction);
  });
  return some(items).map(fromBase64);
}

interface ApiItem {
  readonly direction: string;
  readonly base64: string;
}

/** One frame, or all of a command. */
type ApiTalk = ApiItem | { readonly exchange: readonly ApiItem[] };

/** The configurations of the recorded stories of ldirectord. */
export function recordedConfigurations(): readonly string[] {
  return ldirectordFiles().flatMap(({ config }) => (typeof config === 'string' ? [config] : []));
}

/** What ipvsadm printed in those stories. */
export function recordedTables(begins: RegExp): readonly string[] {
  const texts = ldirectordFiles().flatMap((file) =>
    textsIn(file).filter((text) => begins.test(text)),
  );
  return some([...new Set(texts)]);
}

const LDIRECTORD = new URL('../../vectors/ldirectord/', import.meta.url);

function ldirectordFiles(): readonly { readonly config?: unknown }[] {
  return readdirSync(LDIRECTORD)
    .filter((file) => file.endsWith('.json'))
    .sort()
    .map((file) => JSON.parse(readFileSync(new URL(file, LDIRECTORD), 'utf8')));
}

/** Every text in a value, however deep. */
function textsIn(value: unknown): readonly string[] {
  if (typeof value === 'string') return [value];
  if (typeof value !== 'object' || value === null) return [];
  return Object.values(value).flatMap(textsIn);
}

function fromBase64({ base64 }: { readonly base64: string }): Uint8Array {
  return new Uint8Array(Buffer.from(base64, 'base64'));
}
