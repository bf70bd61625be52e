/** The names of all directives that ldirectord.cf may have. */
import { GLOBAL_DIRECTIVES } from 'ts-ldirectord/config/global-directives';
import { VIRTUAL_DIRECTIVES } from 'ts-ldirectord/config/virtual-directives';

/** Read where the block is. */
const BLOCK_DIRECTIVES = ['virtual', 'virtual6', 'real', 'real6', 'fallback', 'fallback6'];

export const LDIRECTORD_DIRECTIVES: readonly string[] = [
  ...new Set([...GLOBAL_DIRECTIVES.keys(), ...VIRTUAL_DIRECTIVES.keys(), ...BLOCK_DIRECTIVES]),
];
