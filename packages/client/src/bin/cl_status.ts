/** Entry of the command cl_status. */
import { main } from '../cl_status.js';

process.exitCode = await main(process.argv.slice(2), process);
