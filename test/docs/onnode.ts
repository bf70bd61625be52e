/** Commands of the documents for a node of a cluster, in an order in which they make sense. */

import { RUNNER_SOCKET } from '@ts-heartbeat/platform/paths';
import { PROGRAM_STEPS, STARTSTOP_STEPS } from './programs.js';
import type { Step } from './step.js';

const HEARTBEAT = '/etc/init.d/heartbeat';

const RUNNER = 'node /usr/lib/ts-heartbeat/runner.cjs --stop-policy stay --deadline 300';

const COPY = 'cp /usr/share/doc/ts-heartbeat/{ha.cf,haresources,authkeys,ldirectord.cf} /etc/ha.d/';

export const STEPS: readonly Step[] = [
  {
    command: COPY,
    // For the examples of the client API.
    typed: `${COPY} && echo 'apiauth mine uid=root' >>/etc/ha.d/ha.cf`,
    on: 'both',
    says: /^$/,
  },
  { command: 'chmod 600 /etc/ha.d/authkeys', on: 'both', says: /^$/ },
  {
    command: '/usr/share/heartbeat/ha_propagate',
    typed: [
      "echo '# changed' | tee -a /etc/ha.d/ha.cf >>/etc/ha.d/authkeys",
      '/usr/share/heartbeat/ha_propagate',
      'cd /etc/ha.d && sha256sum ha.cf authkeys | ssh root@backup "cd /etc/ha.d && sha256sum -c"',
      'ssh root@backup stat -c %a /etc/ha.d/authkeys',
    ].join('\n'),
    on: 'loadbalancer',
    says: /files to node backup\.\n(?:.*\n)*ha\.cf: OK\nauthkeys: OK\n600$/,
  },
  { command: 'chkconfig --add heartbeat', on: 'both', says: /^heartbeat 75 05$/ },
  { command: 'chkconfig heartbeat off', on: 'both', says: /^heartbeat 75 05$/ },
  { command: 'chkconfig --add tunl', on: 'both', says: /^tunl 70 10$/ },
  { command: 'chkconfig ldirectord on', on: 'both', says: /^ldirectord 92 40$/ },
  {
    command: 'systemctl enable heartbeat',
    typed: 'systemctl --quiet disable heartbeat; systemctl enable heartbeat',
    on: 'both',
    says: /^Created symlink .*wants\/heartbeat\.service/m,
  },
  { command: 'systemctl disable heartbeat', on: 'both', says: /^Removed .*heartbeat\.service/m },
  {
    command: 'systemctl enable ldirectord',
    typed: 'systemctl --quiet disable ldirectord; systemctl enable ldirectord',
    on: 'both',
    says: /^Created symlink .*wants\/ldirectord\.service/m,
  },
  {
    command: `${HEARTBEAT} start`,
    on: 'both',
    says: /Starting High-Availability services:.*Done\./s,
    afterwards: { node: 'loadbalancer', logs: [/Local Resource acquisition completed/] },
  },
  {
    command: 'cl_status listnodes -v',
    on: 'loadbalancer',
    says: /^(?=.*loadbalancer)(?=.*backup)(?=.*group1)/s,
  },
  { command: 'cl_status rscstatus', on: 'loadbalancer', says: /^local$/ },
  {
    command: 'cl_status clientstatus backup ipfail',
    on: 'loadbalancer',
    says: /^online$/,
  },
  {
    command: 'cl_status nodestatus NODE',
    typed: 'cl_status nodestatus backup',
    on: 'loadbalancer',
    says: /^active$/,
  },
  {
    command: 'hb_standby all',
    on: 'loadbalancer',
    says: /Going standby \[all\]/,
    afterwards: { node: 'backup', logs: [/Standby resource acquisition done \[all\]/i] },
  },
  {
    command: 'hb_standby foreign',
    on: 'backup',
    says: /Going standby \[foreign\]/,
    afterwards: { node: 'loadbalancer', logs: [/Standby resource acquisition done \[foreign\]/i] },
  },
  {
    command: '/usr/lib/heartbeat/hb_standby',
    on: 'loadbalancer',
    says: /Going standby \[all\]/,
    afterwards: { node: 'backup', logs: [/Standby resource acquisition done \[all\]/i] },
  },
  {
    command: '/usr/share/heartbeat/hb_takeover',
    on: 'loadbalancer',
    says: /^$/,
    afterwards: { node: 'loadbalancer', logs: [/Standby resource acquisition done \[all\]/i] },
  },
  {
    command: [
      '. /etc/ha.d/shellfuncs',
      "printf 't=ask_resources\\nrsc_hold=local\\ninfo=me\\n' | ha_clustermsg",
    ].join('\n'),
    on: 'loadbalancer',
    says: /^$/,
    afterwards: { node: 'backup', logs: [/Standby resource acquisition done \[local\]/i] },
  },
  {
    command: 'hb_takeover local',
    // The line speaks from the giver's side.
    typed: '/usr/share/heartbeat/hb_takeover local',
    on: 'loadbalancer',
    says: /^$/,
    afterwards: { node: 'loadbalancer', logs: [/Standby resource acquisition done \[foreign\]/i] },
  },
  ...PROGRAM_STEPS,
  { command: 'heartbeat -r', on: 'loadbalancer', says: /to reread config files$/ },
  {
    command: 'heartbeat -k',
    on: 'loadbalancer',
    says: /^$/,
    afterwards: {
      node: 'backup',
      // As the README of the resource runner shows it.
      logs: [
        /info: Taking over resource group lvs$/,
        /info: Running \/etc\/ha\.d\/resource\.d\/IPaddr 192\.168\.136\.10\/24\/eth0 start$/,
      ],
    },
  },
  {
    command: `${HEARTBEAT} stop`,
    on: 'backup',
    says: /Stopping High-Availability services:.*Done\./s,
  },
  {
    command: RUNNER,
    // Nothing else runs there; it is ready when it listens, and ends in order.
    typed: [
      `${RUNNER} &`,
      `until [ -S ${RUNNER_SOCKET} ]; do kill -0 $! || exit; sleep 0.1; done`,
      'kill $! && wait $! && echo ended',
    ].join('\n'),
    on: 'backup',
    says: /^ended$/,
  },
  ...STARTSTOP_STEPS,
  {
    command: '/etc/ha.d/resource.d/LVSSyncDaemonSwap master eth1 7 stop',
    on: 'backup',
    says: /^master stopped\nINFO: {2}Success$.*ipvs_syncbackup started on eth1$/ms,
  },
  {
    command: 'ipvsadm -L --daemon',
    on: 'backup',
    says: /^backup sync daemon \(mcast=eth1, syncid=7\)$/,
  },
  { command: 'ldirectord start', on: 'backup', says: /^$/ },
  { command: 'ldirectord ldirectord.cf start', on: 'backup', says: /^$/ },
  { command: 'ldirectord www.cf status', on: 'backup', says: /is stopped for/, code: 3 },
  {
    command: 'ldirectord -d www.cf start',
    on: 'backup',
    says: /Starting Linux Director/,
    stays: true,
  },
];

/** The lab by hand: how it is begun, and what is said to it. */
export const LAB_SHELL = {
  command: 'node test/dist/lab/shell.js pair',
  orders: ['start loadbalancer', 'kill loadbalancer', 'log backup'],
};
