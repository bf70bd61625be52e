/** The table as ipvsadm prints it, by place, so that two tables can be compared and edited. */

/** `-t 10.0.0.1:80` has `-s rr`; `-t 10.0.0.1:80 -r 10.0.0.2:80` has `-m -w 1 [-x U -y L]`. */
export type Rules = Readonly<Record<string, string>>;

/** Reads the lines of `ipvsadm -S -n`. */
export function readRules(text: string): Rules {
  const rules: Record<string, string> = {};
  for (const line of text.split('\n')) {
    const match = /^\s*-[Aa] (-[tu] \S+|-f \S+(?: -6)?)( -r \S+)? (.*?)\s*$/.exec(line);
    if (match !== null) rules[`${match[1]}${match[2] ?? ''}`] = match[3] ?? '';
  }
  return rules;
}

const LISTED: Readonly<Record<string, string>> = { TCP: '-t', UDP: '-u', FWM: '-f' };

/** Adds what the lines of `ipvsadm -L -n --thresholds` say, where there are thresholds. */
export function addThresholds(rules: Rules, text: string): Rules {
  const result: Record<string, string> = { ...rules };
  let service = '';
  for (const line of text.split('\n')) {
    const [first = '', second = '', third = '', fourth = ''] = line.trim().split(/\s+/);
    const flag = LISTED[first];
    if (flag !== undefined) service = `${flag} ${second}${third === 'IPv6' ? ' -6' : ''}`;
    const place = `${service} -r ${second}`;
    if (first !== '->' || `${third} ${fourth}` === '0 0' || result[place] === undefined) continue;
    result[place] += ` -x ${third} -y ${fourth}`;
  }
  return result;
}

/** With other contents in some places; undefined: nothing is there. */
export function changed(
  rules: Rules,
  changes: Readonly<Record<string, string | undefined>>,
): Rules {
  const entries = Object.entries({ ...rules, ...changes });
  return Object.fromEntries(
    entries.filter((entry): entry is [string, string] => entry[1] !== undefined),
  );
}

/** What stands in the one and not in the other, a line each; empty for equal tables. */
export function unlike(wanted: Rules, present: Rules): readonly string[] {
  const places = [...new Set([...Object.keys(wanted), ...Object.keys(present)])].sort();
  return places
    .filter((place) => wanted[place] !== present[place])
    .map((place) => `${place}: ${present[place] ?? 'absent'}, not ${wanted[place] ?? 'absent'}`);
}

/** Lines for `ipvsadm -R` that make the table. */
export function restoring(rules: Rules): string {
  const lines = Object.entries(rules).map(([place, contents]) => {
    // Each forwarding method makes the kernel's tunnel of its own.
    const words = contents.replace(/ --tun-type ipip/, '');
    return `${place.includes(' -r ') ? '-a' : '-A'} ${place} ${words}\n`;
  });
  return lines.join('');
}
