/** Entry of the command cl_status. */
import { CLIENT_SOCKET } from '@ts-heartbeat/platform/paths';
import { main } from '../cl_status.js';
import { runInGroup } from '../lentgroup.js';

const line = [process.execPath, ...process.execArgv, ...process.argv.slice(1)];
process.exitCode = runInGroup(line, CLIENT_SOCKET) ?? (await main(process.argv.slice(2), process));
