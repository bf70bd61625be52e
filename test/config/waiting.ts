/** Runs inside the box: an interface is given its address only when the loader waits for it. */
import { execFileSync } from 'node:child_process';
import { chmodSync, writeFileSync } from 'node:fs';
import { loadConfiguration } from 'ts-heartbeat/config/load';

const DIRECTORY = '/etc/ha.d';
const HACF = 'logfile /x\nmcast eth1 225.0.0.1 694 1 0\nnode loadbalancer\n';

writeFileSync(`${DIRECTORY}/ha.cf`, HACF);
writeFileSync(`${DIRECTORY}/haresources`, '');
writeFileSync(`${DIRECTORY}/authkeys`, 'auth 1\n1 crc\n');
chmodSync(`${DIRECTORY}/authkeys`, 0o600);

const before = await loadConfiguration(DIRECTORY, { addressWaitMs: 0 });
let waited = '';
const after = await loadConfiguration(DIRECTORY, {
  onWait(text) {
    waited = text;
    execFileSync('ip', ['addr', 'add', '192.168.137.11/24', 'dev', 'eth1']);
  },
});
process.stdout.write(JSON.stringify([before.exitCode, waited, after.exitCode]));
