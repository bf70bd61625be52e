/** ssh between two hosts of the lab, as `ha_propagate` asks for it: root to root by a key. */

import type { Site, Task } from '../lab/site.js';

const KEY = '/etc/ssh/lab_key';
const HOST_KEY = '/etc/ssh/lab_host';
const SERVER = '/etc/ssh/lab_server';

const CLIENT_FILE = `
IdentityFile ${KEY}
IdentitiesOnly yes
StrictHostKeyChecking no
UserKnownHostsFile /dev/null
GSSAPIAuthentication no
LogLevel ERROR
`;

const SERVER_FILE = `
HostKey ${HOST_KEY}
AuthorizedKeysFile ${KEY}.pub
PermitRootLogin prohibit-password
UsePAM no
Subsystem sftp /usr/lib/openssh/sftp-server
`;

async function must(site: Site, host: string, script: string): Promise<string> {
  const { code, stdout, stderr } = await site.run(host, ['sh', '-c', script]);
  if (code !== 0) throw new Error(`${host}: ${script}: ${stderr} (.ci/packages)`);
  return stdout;
}

/** A program that goes on, once it has said something. Rejects if it ends before. */
export async function untilSaid(
  site: Site,
  host: string,
  argv: readonly string[],
  says: RegExp,
): Promise<Task> {
  let heard = (): void => {};
  const there = new Promise<void>((resolve) => {
    heard = resolve;
  });
  const said: string[] = [];
  const task = await site.start(host, argv, ({ text }) => {
    said.push(text);
    if (says.test(text)) heard();
  });
  const gone = task.ended.then((code) => {
    throw new Error(`${argv.join(' ')} on ${host}: exit ${code}: ${said.join('\n')}`);
  });
  gone.catch(() => {});
  await Promise.race([there, gone]);
  return task;
}

/** From now on root of one host can log into the other, whose server ends with it. */
export async function letRootIn(site: Site, from: string, to: string): Promise<void> {
  const generate = (file: string): string => `ssh-keygen -q -t ed25519 -N '' -f ${file}`;
  const key = await must(site, from, `${generate(KEY)} && cat ${KEY}.pub`);
  await site.put(from, '/etc/ssh/ssh_config.d/lab.conf', CLIENT_FILE);
  await site.put(to, `${KEY}.pub`, key);
  await site.put(to, SERVER, SERVER_FILE);
  // A locked account may not log in, whatever key it has.
  const unlock = "sed -i 's/^root:[^:]*:/root:*:/' /etc/shadow";
  await must(site, to, `${generate(HOST_KEY)} && mkdir -p /run/sshd && ${unlock}`);
  await untilSaid(site, to, ['/usr/sbin/sshd', '-D', '-e', '-f', SERVER], /^Server listening/);
}
