/** Entry of the client ipfail. */
import { main } from '../ipfail.js';

const stop = new AbortController();
for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, () => stop.abort());
process.exitCode = await main(process.env, { stop: stop.signal });
