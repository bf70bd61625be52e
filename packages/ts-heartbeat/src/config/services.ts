/** UDP services: /etc/services. */

export interface Services {
  port(name: string): number | undefined;
  name(port: number): string | undefined;
}

/** Reads the text of /etc/services. The first line of a port names it; every alias is a name. */
export function parseServices(text: string): Services {
  const ports = new Map<string, number>();
  const names = new Map<number, string>();
  for (const line of text.split('\n')) {
    const [name, place = '', ...aliases] = (line.split('#', 1)[0] ?? '').trim().split(/\s+/);
    const [, digits] = /^(\d{1,5})\/udp$/.exec(place) ?? [];
    if (name === undefined || digits === undefined) continue;
    const port = Number(digits);
    if (!names.has(port)) names.set(port, name);
    for (const alias of [name, ...aliases]) {
      if (!ports.has(alias)) ports.set(alias, port);
    }
  }
  return { port: (name) => ports.get(name), name: (port) => names.get(port) };
}
