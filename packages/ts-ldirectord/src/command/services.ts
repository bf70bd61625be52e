/** Service names and ports as /etc/services lists them. */

/** Reads the text of /etc/services; the first line that names a service wins, as getservbyname. */
export function parseServices(
  text: string,
): (name: string, protocol?: 'tcp' | 'udp') => number | undefined {
  const ports = new Map<string, number>();
  const add = (key: string, port: number): void => {
    if (!ports.has(key)) ports.set(key, port);
  };
  for (const line of text.split('\n')) {
    const [name, where = '', ...aliases] = line.replace(/#.*/, '').split(/\s+/);
    const found = /^(\d{1,5})\/(\w+)$/.exec(where);
    const port = Number(found?.[1]);
    if (!name || !found || port > 65_535) continue;
    for (const known of [name, ...aliases]) {
      add(`any ${known}`, port);
      add(`${found[2]} ${known}`, port);
    }
  }
  return (name, protocol) => ports.get(`${protocol ?? 'any'} ${name}`);
}
