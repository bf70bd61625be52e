/** The shared recordings of the genuine ldirectord, played again. */
import { replay } from './replaying.js';
import { vectors } from './vector.js';

replay(vectors());
