/** The RPM on nodes that run heartbeat: see running.ts. */
import { testRunning } from './running.js';

testRunning('rpm');
