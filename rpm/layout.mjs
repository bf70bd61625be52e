// What lies where in the installed tree: one table, for tree.mjs.

/** Programs that are one bundled file each: its name, and its entry point after the build. */
export const BUNDLES = {
  heartbeat: 'packages/ts-heartbeat/dist/bin/heartbeat.js',
  runner: 'packages/ts-resource-runner/dist/bin/runner.js',
  ipfail: 'packages/client/dist/bin/ipfail.js',
  cl_status: 'packages/client/dist/bin/cl_status.js',
  ldirectord: 'packages/ts-ldirectord/dist/bin/ldirectord.js',
  // The thread that a program starts, found beside it under this name.
  oracleworker: 'packages/ts-ldirectord/dist/checks/oracleworker.js',
};

/** Packages that a program imports when it needs them: a bundled file each, beside the programs. */
export const ON_DEMAND = [
  'dns-packet',
  'mysql2',
  'nodemailer/lib/addressparser',
  'nodemailer/lib/smtp-connection',
  'pg',
];

/** Where the bundles and the native parts beside them go. */
export const BUNDLE_FOLDER = 'usr/lib/ts-heartbeat';

/** Shell launchers of bundles: installed path → bundle, and the script that is filled in. */
export const LAUNCHERS = {
  'usr/lib/heartbeat/heartbeat': { name: 'heartbeat', template: 'heartbeat.sh' },
  'usr/lib/heartbeat/ipfail': { name: 'ipfail', template: 'launcher.sh' },
  'usr/bin/cl_status': { name: 'cl_status', template: 'launcher.sh' },
};

/** Sources that are laid down as they are: file or folder → place; a folder gives its files. */
export const COPIES = [
  ['packages/ts-resource-runner/scripts/share', 'usr/share/heartbeat'],
  ['packages/ts-resource-runner/scripts/resource.d', 'etc/ha.d/resource.d'],
  ['packages/ts-resource-runner/scripts/rc.d', 'etc/ha.d/rc.d'],
  ['packages/ts-resource-runner/scripts/lib', 'usr/lib/heartbeat'],
  ['packages/ts-resource-runner/scripts/bin', 'usr/bin'],
  ['packages/ts-resource-runner/scripts/harc', 'etc/ha.d/harc'],
  ['packages/ts-resource-runner/scripts/shellfuncs', 'etc/ha.d/shellfuncs'],
  ['packages/ts-heartbeat/scripts', 'usr/lib/heartbeat'],
  ['packages/ts-ldirectord/scripts/ldirectord', 'usr/sbin/ldirectord'],
  ['init.d', 'etc/init.d'],
  ['rpm/startup', 'usr/lib/heartbeat'],
  ['rpm/systemd', 'usr/lib/systemd/system'],
  ['rpm/logrotate', 'etc/logrotate.d'],
  ['rpm/sysconfig', 'etc/sysconfig'],
  ['packages/ts-heartbeat/samples', 'usr/share/doc/ts-heartbeat'],
  ['packages/ts-resource-runner/samples', 'usr/share/doc/ts-heartbeat'],
  ['packages/ts-ldirectord/samples', 'usr/share/doc/ts-heartbeat'],
  ['packages/client/samples', 'usr/share/doc/ts-heartbeat'],
  ['LICENSE', 'usr/share/doc/ts-heartbeat/LICENSE'],
];

/** Folders that are laid down with everything below them: source → place. */
export const TREES = [['docs/examples', 'usr/share/doc/ts-heartbeat/examples']];

/** Sources of the table above that a checkout may be without. */
export const OPTIONAL_COPIES = new Set([
  'packages/ts-resource-runner/samples',
  'packages/client/samples',
]);

/** Symbolic links: installed path → what it says. */
export const LINKS = {
  // Heartbeat 1 and 2 had the tools of usr/share/heartbeat here.
  'usr/lib/heartbeat/BasicSanityCheck': '../../share/heartbeat/BasicSanityCheck',
  'usr/lib/heartbeat/ResourceManager': '../../share/heartbeat/ResourceManager',
  'usr/lib/heartbeat/hb_standby': '../../share/heartbeat/hb_standby',
  'usr/lib/heartbeat/hb_takeover': '../../share/heartbeat/hb_takeover',
  'usr/lib/heartbeat/mach_down': '../../share/heartbeat/mach_down',
  'usr/lib/heartbeat/req_resource': '../../share/heartbeat/req_resource',
};

/**
 * Where ha.cf files name the programs of `of` as well: on Debian below libexec, on 64-bit Red Hat
 * below lib64. A link for each program and not one for the folder, because other packages have
 * programs of their own there, and no package may turn a folder into a link. Two of these are the
 * resource-agents' files below libexec, and have the same interface.
 */
export const ALIASES = {
  of: 'usr/lib/heartbeat',
  folders: ['usr/libexec/heartbeat', 'usr/lib64/heartbeat'],
  others: ['usr/libexec/heartbeat/findif', 'usr/libexec/heartbeat/send_arp'],
};

/** Manual pages: every `NAME.SECTION` of a folder of this repository, which may be absent. */
export const MANUAL = {
  source: 'rpm/man',
  place: (section) => `usr/share/man/man${section}`,
};

/** What tells of the packages inside the bundles. */
export const BILL_OF_MATERIALS = 'usr/share/doc/ts-heartbeat/sbom.cdx.json';
export const LICENCES = 'usr/share/doc/ts-heartbeat/licences';

/** Folders that the programs expect and do not make. */
export const FOLDERS = ['var/lib/heartbeat', 'etc/ha.d'];

/** What users and their configurations name, so that a forgotten file is seen here first. */
export const PROMISED = [
  'usr/lib/heartbeat/heartbeat',
  'usr/lib/heartbeat/ipfail',
  'usr/lib/heartbeat/findif',
  'usr/lib/heartbeat/send_arp',
  'usr/share/heartbeat/BasicSanityCheck',
  'usr/share/heartbeat/ResourceManager',
  'usr/share/heartbeat/ha_propagate',
  'usr/share/heartbeat/hb_addnode',
  'usr/share/heartbeat/hb_delnode',
  'usr/share/heartbeat/hb_setsite',
  'usr/share/heartbeat/hb_setweight',
  'usr/share/heartbeat/hb_standby',
  'usr/share/heartbeat/hb_takeover',
  'usr/share/heartbeat/mach_down',
  'usr/share/heartbeat/req_resource',
  'usr/sbin/ldirectord',
  'usr/bin/cl_respawn',
  'usr/bin/cl_status',
  'etc/init.d/heartbeat',
  'etc/init.d/ldirectord',
  'etc/init.d/tunl',
  'etc/logrotate.d/heartbeat',
  'etc/logrotate.d/ldirectord',
  'etc/sysconfig/heartbeat',
  'etc/sysconfig/ldirectord',
  'usr/libexec/heartbeat/ipfail',
  'usr/lib64/heartbeat/ipfail',
  BILL_OF_MATERIALS,
  'usr/share/doc/ts-heartbeat/examples/README.md',
  'usr/lib/heartbeat/service',
  'usr/lib/systemd/system/heartbeat.service',
  'usr/lib/systemd/system/ldirectord.service',
  'etc/ha.d/harc',
  'etc/ha.d/shellfuncs',
  'etc/ha.d/rc.d/ip-request',
  'etc/ha.d/rc.d/ip-request-resp',
  'etc/ha.d/rc.d/status',
  'etc/ha.d/resource.d/AudibleAlarm',
  'etc/ha.d/resource.d/Delay',
  'etc/ha.d/resource.d/Filesystem',
  'etc/ha.d/resource.d/ICP',
  'etc/ha.d/resource.d/IPaddr',
  'etc/ha.d/resource.d/IPaddr2',
  'etc/ha.d/resource.d/IPsrcaddr',
  'etc/ha.d/resource.d/IPv6addr',
  'etc/ha.d/resource.d/LVM',
  'etc/ha.d/resource.d/LVSSyncDaemonSwap',
  'etc/ha.d/resource.d/LinuxSCSI',
  'etc/ha.d/resource.d/MailTo',
  'etc/ha.d/resource.d/OCF',
  'etc/ha.d/resource.d/Raid1',
  'etc/ha.d/resource.d/SendArp',
  'etc/ha.d/resource.d/ServeRAID',
  'etc/ha.d/resource.d/WAS',
  'etc/ha.d/resource.d/WinPopup',
  'etc/ha.d/resource.d/Xinetd',
  'etc/ha.d/resource.d/apache',
  'etc/ha.d/resource.d/db2',
  'etc/ha.d/resource.d/hto-mapfuncs',
  'etc/ha.d/resource.d/ids',
  'etc/ha.d/resource.d/ipvsadm',
  'etc/ha.d/resource.d/ldirectord',
  'etc/ha.d/resource.d/lvs',
  'etc/ha.d/resource.d/portblock',
  'etc/ha.d/resource.d/tunl',
];
