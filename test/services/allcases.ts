/** All services of the tests, and a virtual for each answer that is right or wrong. */
import { LINE_CASES } from './cases/lines.js';
import type { ServiceCase, Wrong } from './cases/servicecase.js';
import { STORE_CASES } from './cases/stores.js';
import { webCases } from './cases/web.js';
import type { Block } from './configuration.js';
import { address6OfServer, addressOfServer } from './servers/servers.js';

export const ALL_CASES: readonly ServiceCase[] = [...webCases(), ...LINE_CASES, ...STORE_CASES];

/** A case, or one of its wrong answers, with a virtual of its own. */
export interface Standing {
  /** Of the case, or `case: what is wrong`. */
  readonly name: string;
  readonly one: ServiceCase;
  readonly up: boolean;
  readonly block: Block;
}

function standing(one: ServiceCase, wrong: Wrong | undefined, place: number): Standing {
  const six = one.six ?? false;
  return {
    name: wrong === undefined ? one.name : `${one.name}: ${wrong.what}`,
    one,
    up: wrong === undefined && one.never === undefined,
    block: {
      virtual: { address: six ? `fd99::${place}` : `10.99.0.${place}`, port: one.port },
      real: {
        address: six ? address6OfServer(one.server) : addressOfServer(one.server),
        port: wrong?.port ?? one.port,
      },
      six,
      // The genuine program makes one check for all that look the same without login and password.
      weight: place,
      lines: { ...one.lines, ...wrong?.lines },
    },
  };
}

export function standings(): readonly Standing[] {
  const answers = ALL_CASES.flatMap((one) =>
    [undefined, ...one.wrong].map((wrong) => ({ one, wrong })),
  );
  return answers.map(({ one, wrong }, i) => standing(one, wrong, i + 1));
}
