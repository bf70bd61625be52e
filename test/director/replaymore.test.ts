/** Runs of the genuine ldirectord that were recorded for questions of the director, played again. */
import { replay } from '../ldirectord/replaying.js';
import { moreVectors } from '../ldirectord/vector.js';

replay(moreVectors());
