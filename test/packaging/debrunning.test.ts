/** The Debian package on nodes that run heartbeat: see running.ts. */
import { testRunning } from './running.js';

testRunning('deb');
