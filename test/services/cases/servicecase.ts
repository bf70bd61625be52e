/** A service as a user configures it: what must be found up, and what must be found down. */
import type { ServerName } from '../servers/servers.js';

/** Lines of a virtual, by their names: values as they stand in ldirectord.cf. */
export type Directives = Readonly<Record<string, string>>;

export interface Wrong {
  /** What the server does. */
  readonly what: string;
  /** Lines that are otherwise than in the case. */
  readonly lines?: Directives;
  /** Another port of the same server. */
  readonly port?: number;
  /** It answers nothing that can be believed: only the limit ends the check. */
  readonly unheard?: boolean;
  /** What the message of the result has to say. */
  readonly says: RegExp;
}

export interface ServiceCase {
  readonly name: string;
  readonly server: ServerName;
  /** Where the answers of the server come from. */
  readonly behind?: ServerName;
  readonly port: number;
  readonly six?: boolean;
  readonly lines: Directives;
  readonly wrong: readonly Wrong[];
  /** A check that only connects finds a frozen server up, as the genuine one does. */
  readonly connects?: boolean;
  /** It cannot be found up here: the server always answers so. */
  readonly never?: RegExp;
}

/** Words of lines that must never be in a message. */
export function secretsOf(lines: Directives): readonly string[] {
  return ['passwd', 'secret'].flatMap((name) => {
    const value = lines[name]?.replaceAll('"', '') ?? '';
    return value === '' ? [] : [value];
  });
}
