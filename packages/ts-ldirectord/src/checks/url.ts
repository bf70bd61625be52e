/** URLs as checks use them: taken apart without changing what the user wrote, as in Perl's URI. */

export interface CheckUrl {
  readonly scheme: 'http' | 'https';
  /** Host and port as written, without user information: the Host header of this URL. */
  readonly authority: string;
  /** Name or numeric address, without brackets. */
  readonly host: string;
  readonly port: number;
  /** What stands in the request line: never empty, without a fragment. */
  readonly path: string;
}

const PORT_MAX = 65_535;

/** Takes a URL apart; undefined when it is none of http or https. */
export function parseUrl(text: string): CheckUrl | undefined {
  const match = /^(https?):\/\/([^/?#]*)([^#]*)/i.exec(text.trim());
  if (match === null) return undefined;
  const scheme = match[1]?.toLowerCase() === 'https' ? 'https' : 'http';
  const authority = (match[2] ?? '').replace(/^.*@/, '');
  if (hasControls(authority)) return undefined;
  const place = /^(?:\[([^\]]+)\]|([^:[\]]+))(?::(\d*))?$/.exec(authority);
  if (place === null) return undefined;
  const given = place[3] ?? '';
  const port = given === '' ? (scheme === 'https' ? 443 : 80) : Number(given);
  if (port < 1 || port > PORT_MAX) return undefined;
  const rest = escapePath(match[3] ?? '');
  const path = rest.startsWith('/') ? rest : `/${rest}`;
  return { scheme, authority, host: place[1] ?? place[2] ?? '', port, path };
}

/** Where a redirect leads: `location` may be absolute, or relative to the URL that gave it. */
export function resolveLocation(base: CheckUrl, location: string): CheckUrl | undefined {
  if (/^[a-z][a-z0-9+.-]*:/i.test(location)) return parseUrl(location);
  if (location.startsWith('//')) return parseUrl(`${base.scheme}:${location}`);
  const origin = `${base.scheme}://${base.authority}`;
  if (location.startsWith('/')) return parseUrl(`${origin}${collapse(location)}`);
  const [folder = '/'] = /^[^?]*\//.exec(base.path) ?? [];
  if (location.startsWith('?')) {
    return parseUrl(`${origin}${base.path.replace(/\?.*/, '')}${location}`);
  }
  return parseUrl(`${origin}${collapse(`${folder}${location}`)}`);
}

/** Whether there are characters in it that no header of a request can hold. */
export function hasControls(text: string): boolean {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
  return /[\0-\x1f\x7f]/.test(text);
}

/** Removes `.` and `..` from a relative reference's path (RFC 3986, 5.2.4). */
function collapse(path: string): string {
  const [plain = '', query = ''] = /^([^?]*)(.*)$/.exec(path)?.slice(1) ?? [];
  const kept: string[] = [];
  const parts = plain.split('/').slice(1);
  for (const [index, part] of parts.entries()) {
    const last = index === parts.length - 1;
    if (part === '..') kept.pop();
    else if (part !== '.') kept.push(part);
    if (last && (part === '..' || part === '.')) kept.push('');
  }
  return `/${kept.join('/')}${query}`;
}

/** What may not stand in a URL is escaped byte by byte; what is escaped already stays. */
function escapePath(text: string): string {
  return text.replace(
    /[^;/?:@&=+$,[\]A-Za-z0-9\-_.!~*'()%]/g,
    (character) =>
      `%${(character.charCodeAt(0) & 0xff).toString(16).toUpperCase().padStart(2, '0')}`,
  );
}
