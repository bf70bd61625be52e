/** The tables of default values: `heartbeat -D` and `-DW` (heartbeat 3.0.6). */
import { REFEREE_VERSION } from '../version.js';
import { DIRECTIVES } from './directives.js';

const NAME_COLUMNS = 25;
const VALUE_COLUMNS = 10;

/** The table for a terminal. */
export function defaultsTable(): string {
  const row = (name: string, value: string, meaning: string): string =>
    `${name.padEnd(NAME_COLUMNS)}${value.padEnd(VALUE_COLUMNS)}${meaning}\n`;
  let table = `${row('Directive', 'Default', 'Description')}${'-'.repeat(80)}\n`;
  for (const { name, standard, meaning } of DIRECTIVES) {
    if (standard !== undefined) table += row(name, standard, meaning);
  }
  return table;
}

/** The table for a wiki page. */
export function wikiDefaultsTable(): string {
  let table = `##Put this output in the ha.cf/DefaultValues page
The [wiki:ha.cf ha.cf] directives with default values are shown below \
- along with a brief description.
This was produced by {{{heartbeat -DW}}} ''# (version ${REFEREE_VERSION})''

||''Directive''||''Default''||''Description''||
`;
  for (const { name, standard, meaning } of DIRECTIVES) {
    if (standard === undefined) continue;
    table += `||[wiki:ha.cf/${wikiWord(name)}Directive ${name}]||${standard}||${meaning}||\n`;
  }
  return table;
}

/** `auto_failback` as `AutoFailback`. */
function wikiWord(name: string): string {
  return name
    .split('_')
    .map((part) => part.charAt(0).toUpperCase() + part.slice(1))
    .join('');
}
