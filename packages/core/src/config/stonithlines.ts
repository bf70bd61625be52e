/** The lines `stonith` and `stonith_host`: the devices that reset another node. */
import { type Draft, NODE_NAME_MAX, STONITH_LINES_MAX, type Word } from './draft.js';
import type { StonithType } from './machine.js';
import type { StonithLine } from './settings.js';

/** Cuts off the first word; what follows it stays as it is. */
function cut(text: string): { readonly word: string; readonly rest: string } {
  const [, word = '', rest = ''] = /^[ \t\f]*([^ \t\f]*)(.*)$/s.exec(text) ?? [];
  return { word, rest };
}

function typeOf(draft: Draft, place: Word, type: string): StonithType | undefined {
  if (type === '') {
    draft.reject(place, 'HA_CF_BAD_STONITH', 'No Stonith type given');
    return undefined;
  }
  const known = draft.machine.stonithType(type);
  if (known === undefined) {
    draft.reject(place, 'HA_CF_BAD_STONITH', `Invalid Stonith type [${type}]`);
  }
  return known;
}

/** Takes a device; where there are too many, the first of them goes. */
function take(draft: Draft, line: StonithLine): void {
  if (draft.stonith.length === STONITH_LINES_MAX) draft.stonith.shift();
  draft.stonith.push(line);
}

/** `stonith type configfile`. */
export function takeStonith(draft: Draft, line: Word): void {
  const { word: type, rest } = cut(line.text);
  if (typeOf(draft, line, type) === undefined) return;
  const path = rest.trim();
  if (!draft.machine.isReadable(path)) {
    draft.reject(line, 'HA_CF_BAD_STONITH', `glib: Cannot open ${path}`);
    draft.reject(line, 'HA_CF_BAD_STONITH', `Invalid Stonith config file [${path}]`);
    return;
  }
  take(draft, { type, parameters: [path], form: 'stonith' });
}

/** `stonith_host host|* type parameters…`. A line for another host is not looked at. */
export function takeStonithHost(draft: Draft, line: Word): void {
  const { word: host, rest: behindHost } = cut(line.text);
  if (host === '') {
    draft.reject(line, 'HA_CF_BAD_STONITH', 'No Stonith hostname argument given');
    return;
  }
  if (host.length > NODE_NAME_MAX) {
    draft.reject(line, 'HA_CF_BAD_STONITH', 'Stonith hostname too long');
    return;
  }
  if (host !== '*' && host.toLowerCase() !== draft.localNode) return;
  const { word: type, rest } = cut(behindHost);
  const known = typeOf(draft, line, type);
  if (known === undefined) return;
  const parameters = rest.trim() === '' ? [] : rest.trim().split(/[ \t\f]+/);
  const isWrong =
    known.named === true
      ? parameters.some((word) => !/^[^=]+=/.test(word))
      : parameters.length < (known.parameters ?? 0);
  if (isWrong) {
    // The genuine program quotes the parameters, and one of them may be a password.
    const quoted = parameters.length === 0 ? rest : '...';
    const text = `Invalid Stonith configuration parameter [${quoted}]`;
    draft.reject(line, 'HA_CF_BAD_STONITH', text);
    return;
  }
  take(draft, { type, parameters, form: 'stonith_host' });
}
