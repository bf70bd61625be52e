/** The RPM in roots of their own, with its scriptlets: installed, upgraded to, upgraded, erased. */
import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readlinkSync, rmSync, symlinkSync } from 'node:fs';
import { after, before, describe, test } from 'node:test';
import { BareRoot } from './bareroot.js';
import { ownArch, run, Workplace } from './built.js';
import { buildToy, type Toy } from './toy.js';

const workplace = new Workplace();
const processes: ChildProcess[] = [];
let ours: string;

before(() => {
  ours = workplace.build('rpm', ownArch());
});

after(() => {
  for (const { pid } of processes) endGroup(pid);
  workplace.close();
});

/** Installs without asking for dependencies: node comes from elsewhere, the rest is the shell's. */
function rpm(root: BareRoot, ...words: readonly string[]): void {
  const { status, output } = root.run('rpm', '--root', root.folder, '--nodeps', ...words);
  assert.equal(status, 0, output);
  assert.doesNotMatch(output, /scriptlet failed|error:/);
}

function newRoot(): BareRoot {
  return new BareRoot(workplace.next('root'));
}

/** What is below /var/lib but for the database of rpm, which is not everywhere there. */
function state(root: BareRoot): readonly string[] {
  return readdirSync(root.path('/var/lib')).filter((name) => name !== 'rpm');
}

/** A process that stands for a daemon, by its pid file. */
function pretendRunning(root: BareRoot, service: string): ChildProcess {
  const daemon = spawn('sh', ['-c', 'sleep 600 & wait'], { stdio: 'ignore', detached: true });
  processes.push(daemon);
  root.write(`/var/run/${service}.pid`, `${daemon.pid}\n`);
  return daemon;
}

function endGroup(pid: number | undefined): void {
  try {
    if (pid !== undefined) process.kill(-pid, 'SIGKILL');
  } catch {
    // Its package has ended it.
  }
}

/** Writes down what init scripts of ours do before anything else. */
const HOOK = '#!/bin/sh\necho "$@" >>/startstop.log\n';

describe('installed where nothing was', () => {
  const root = newRoot();
  const USERS_LVS = '#!/bin/sh\n# my own\n';
  const USERS_TUNL = '#!/bin/sh\n# chkconfig: 2345 70 10\n# mine too\n';

  before(() => {
    root.write('/etc/ha.d/resource.d/lvs', USERS_LVS, 0o755);
    root.write('/etc/rc.d/init.d/tunl', USERS_TUNL, 0o755);
    root.write('/etc/ha.d/ha.cf', 'node a b\n');
    rpm(root, '-i', ours);
  });

  test('makes the account with the number that the documentation has', () => {
    assert.match(root.read('/etc/passwd'), /^hacluster:x:694:694:[^:]*:\/var\/lib\/heartbeat:/m);
    assert.match(root.read('/etc/group'), /^haclient:x:694:/m);
  });

  test('enables heartbeat by its header, and neither ldirectord nor tunl', () => {
    assert.equal(root.read('/chkconfig.log'), '--add heartbeat\n');
    assert.deepEqual(readdirSync(root.path('/etc/rc.d/rc3.d')), ['S75heartbeat']);
    assert.deepEqual(readdirSync(root.path('/etc/rc.d/rc6.d')), ['K05heartbeat']);
    assert.ok(root.has('/etc/rc.d/init.d/ldirectord'));
  });

  test('leaves scripts that the user has written, and puts its own beside them', () => {
    assert.equal(root.read('/etc/ha.d/resource.d/lvs'), USERS_LVS);
    assert.equal(root.read('/etc/rc.d/init.d/tunl'), USERS_TUNL);
    assert.ok(root.has('/etc/ha.d/resource.d/lvs.rpmnew'));
    assert.ok(root.has('/etc/rc.d/init.d/tunl.rpmnew'));
  });

  test('has its programs at every path that configurations name', () => {
    for (const folder of ['/usr/lib/heartbeat', '/usr/lib64/heartbeat', '/usr/libexec/heartbeat']) {
      const said = run(root.path(`${folder}/heartbeat`), '--version');
      assert.match(said, /^ts-heartbeat \d/);
      assert.ok(root.has(`${folder}/ipfail`));
    }
    assert.match(run(root.path('/usr/bin/cl_status'), '-h'), /^Usage: cl_status/);
    assert.match(run(root.path('/usr/sbin/ldirectord'), '-h'), /^ldirectord - /);
    assert.match(root.read('/etc/init.d/heartbeat'), /^# chkconfig: 2345 75 05$/m);
    assert.match(root.read('/etc/ha.d/shellfuncs'), /ha_log\(\)/);
  });

  test('asks for nothing but what every distribution has', () => {
    const requires = run('rpm', '-qp', '--requires', ours).split('\n');
    assert.ok(requires.includes('nodejs >= 1:20'));
    assert.deepEqual(
      requires.filter((line) => /\.so|\(GLIBC|rtld|\/usr\/bin\/|^\/bin\/(?!sh)/.test(line)),
      [],
    );
  });

  test('erased, it leaves what the user has written and changed under its name', () => {
    root.edit('/etc/ha.d/resource.d/IPaddr', '# changed\n');
    root.edit('/etc/sysconfig/heartbeat', 'SCRIPT_DEADLINE=60\n');
    rpm(root, '-e', 'ts-heartbeat');
    assert.equal(root.read('/etc/ha.d/resource.d/lvs'), USERS_LVS);
    assert.equal(root.read('/etc/rc.d/init.d/tunl'), USERS_TUNL);
    assert.equal(root.read('/etc/ha.d/ha.cf'), 'node a b\n');
    assert.match(root.read('/etc/ha.d/resource.d/IPaddr'), /# changed\n$/);
    assert.match(root.read('/etc/sysconfig/heartbeat'), /SCRIPT_DEADLINE=60\n$/);
    for (const place of ['/usr/lib/ts-heartbeat', '/usr/lib/heartbeat', '/etc/ha.d/shellfuncs']) {
      assert.ok(!root.has(place), place);
    }
    assert.ok(!root.has('/etc/ha.d/resource.d/IPaddr2'));
    assert.deepEqual(readdirSync(root.path('/etc/rc.d/rc3.d')), []);
    assert.deepEqual(state(root), []);
  });
});

test('an account that is there stays, and a number that is taken is left to its owner', () => {
  const root = newRoot();
  root.edit('/etc/group', 'haclient:x:500:\nother:x:694:\n');
  root.edit('/etc/passwd', 'other:x:694:694::/:/bin/sh\n');
  rpm(root, '-i', ours);
  assert.match(root.read('/etc/group'), /^haclient:x:500:/m);
  const [, number] = /^hacluster:x:(\d+):500:/m.exec(root.read('/etc/passwd')) ?? [];
  assert.notEqual(number, undefined);
  assert.notEqual(number, '694');
});

test('a folder of programs that was linked to the other one becomes a folder', () => {
  const root = newRoot();
  root.write('/usr/lib/heartbeat/hand-made', 'x');
  root.write('/usr/lib64/keep', '');
  symlinkSync('../lib/heartbeat', root.path('/usr/lib64/heartbeat'));
  rpm(root, '-i', ours);
  assert.match(run(root.path('/usr/lib64/heartbeat/heartbeat'), '--version'), /^ts-heartbeat/);
  assert.ok(root.has('/usr/lib/heartbeat/hand-made'));
});

/** Writes down that it is called, and ends its daemon. */
function initScript(pidFile: string): string {
  return `#!/bin/sh
# chkconfig: 2345 75 05
echo "$0 $1" >>/old.log
kill $(cat /var/run/${pidFile}) 2>/dev/null
rm -f /var/run/${pidFile}
`;
}

const HEARTBEAT: Toy = {
  name: 'heartbeat',
  version: '3.0.6',
  files: {
    '/etc/ha.d/ha.cf': 'node a b\n',
    '/etc/ha.d/haresources': 'a IPaddr::192.168.136.10\n',
    '/etc/ha.d/authkeys': 'auth 1\n1 crc\n',
    '/etc/ha.d/harc': '#!/bin/sh\n# genuine\n',
    '/etc/ha.d/shellfuncs': '# genuine\n',
    '/etc/ha.d/resource.d/IPaddr': '#!/bin/sh\n# genuine\n',
    '/etc/ha.d/resource.d/IPaddr2': '#!/bin/sh\n# genuine\n',
    '/etc/ha.d/resource.d/EvmsSCC': '#!/bin/sh\n# genuine\n',
    '/etc/rc.d/init.d/heartbeat': initScript('heartbeat.pid'),
    '/usr/lib64/heartbeat/ipfail': 'genuine\n',
    '/usr/lib64/heartbeat/plugin': 'genuine\n',
    '/usr/lib/heartbeat/heartbeat': 'genuine\n',
  },
};

const LDIRECTORD: Toy = {
  name: 'ldirectord',
  version: '4.12.0',
  files: {
    '/etc/ha.d/ldirectord.cf': 'checkinterval=1\n',
    '/etc/sysconfig/ldirectord': 'LDIRECTORD_TLS_VERIFY=no\n',
    '/etc/rc.d/init.d/ldirectord': initScript('ldirectord.ldirectord.pid'),
    '/usr/sbin/ldirectord': 'genuine\n',
  },
};

describe('upgraded to from packages named heartbeat and ldirectord', () => {
  const root = newRoot();
  const STATE = { hb_generation: '17\n', hb_uuid: '0123456789abcdef' };

  before(() => {
    rpm(root, '-i', buildToy(workplace, HEARTBEAT), buildToy(workplace, LDIRECTORD));
    root.edit('/etc/ha.d/haresources', '# changed\n');
    root.edit('/etc/ha.d/resource.d/IPaddr', '# changed\n');
    root.write('/etc/ha.d/resource.d/startstop', HOOK, 0o755);
    root.write('/etc/ha.d/resource.d/mine', 'mine\n', 0o755);
    root.write('/etc/sysconfig/ipvsadm', '-A -t 192.168.136.10:80 -s rr\n');
    for (const [name, text] of Object.entries(STATE))
      root.write(`/var/lib/heartbeat/${name}`, text);
    // As the tutorial has it: on at boot, and off.
    for (const level of [2, 3, 4, 5]) rmSync(root.path(`/etc/rc.d/rc${level}.d/S75ldirectord`));
    pretendRunning(root, 'heartbeat');
    rpm(root, '-U', ours);
  });

  test('replaces them', () => {
    const packages = run('rpm', '--root', root.folder, '-qa', '--qf', '%{name}\n');
    assert.equal(packages, 'ts-heartbeat\n');
    for (const folder of ['/usr/lib/heartbeat', '/usr/lib64/heartbeat']) {
      assert.match(run(root.path(`${folder}/heartbeat`), '--version'), /^ts-heartbeat/);
      assert.doesNotMatch(root.read(`${folder}/ipfail`), /genuine/);
    }
    assert.ok(!root.has('/usr/lib64/heartbeat/plugin'));
  });

  test('keeps configuration, changed or not, with its mode', () => {
    assert.equal(root.read('/etc/ha.d/ha.cf'), 'node a b\n');
    assert.equal(root.read('/etc/ha.d/haresources'), 'a IPaddr::192.168.136.10\n# changed\n');
    assert.equal(root.read('/etc/ha.d/authkeys'), 'auth 1\n1 crc\n');
    assert.equal(root.mode('/etc/ha.d/authkeys'), 0o600);
    assert.equal(root.read('/etc/ha.d/ldirectord.cf'), 'checkinterval=1\n');
    assert.equal(root.read('/etc/sysconfig/ipvsadm'), '-A -t 192.168.136.10:80 -s rr\n');
    assert.ok(!root.has('/etc/ha.d/haresources.rpmsave'));
  });

  test('keeps scripts that it has none of, or that were changed, and renews the others', () => {
    assert.match(root.read('/etc/ha.d/resource.d/EvmsSCC'), /genuine/);
    assert.equal(root.read('/etc/ha.d/resource.d/mine'), 'mine\n');
    assert.match(root.read('/etc/ha.d/resource.d/IPaddr'), /genuine\n# changed/);
    assert.ok(root.has('/etc/ha.d/resource.d/IPaddr.rpmnew'));
    for (const place of ['resource.d/IPaddr2', 'harc', 'shellfuncs']) {
      assert.doesNotMatch(root.read(`/etc/ha.d/${place}`), /genuine/, place);
    }
  });

  test('keeps the files of generation and uuid', () => {
    for (const [name, text] of Object.entries(STATE)) {
      assert.equal(root.read(`/var/lib/heartbeat/${name}`), text);
    }
  });

  test('is started after the genuine one has been stopped by its own script', () => {
    assert.equal(root.read('/old.log'), '/etc/rc.d/init.d/heartbeat stop\n');
    assert.match(root.read('/startstop.log'), /^pre-start\npost-start \d+\n$/m);
    assert.match(root.read('/node.log'), /heartbeat\.cjs --daemon/);
    assert.doesNotMatch(root.read('/node.log'), /ldirectord\.cjs start/);
  });

  test('keeps what starts at boot', () => {
    assert.deepEqual(readdirSync(root.path('/etc/rc.d/rc3.d')), ['S75heartbeat']);
    assert.match(readlinkSync(root.path('/etc/rc.d/rc3.d/S75heartbeat')), /init\.d\/heartbeat$/);
  });

  test('leaves no copies of keys behind', () => {
    assert.deepEqual(state(root), ['heartbeat']);
  });
});

test('a director by itself is followed by ours, and nothing empties its table', async () => {
  const root = newRoot();
  rpm(root, '-i', buildToy(workplace, LDIRECTORD));
  const daemon = pretendRunning(root, 'ldirectord.ldirectord');
  const ended = once(daemon, 'exit');
  rpm(root, '-U', ours);
  assert.deepEqual(await ended, [null, 'SIGKILL']);
  assert.ok(!root.has('/old.log'));
  assert.match(root.read('/node.log'), /ldirectord\.cjs start\n$/);
  assert.deepEqual(readdirSync(root.path('/etc/rc.d/rc3.d')).sort(), [
    'S75heartbeat',
    'S75ldirectord',
  ]);
});

test('a newer version of itself keeps changes and stops nothing', async () => {
  const root = newRoot();
  rpm(root, '-i', ours);
  root.write('/etc/ha.d/resource.d/startstop', HOOK, 0o755);
  root.write('/etc/ha.d/ha.cf', 'node a b\n');
  root.edit('/etc/sysconfig/heartbeat', 'SCRIPT_DEADLINE=60\n');
  root.edit('/etc/ha.d/resource.d/IPaddr', '# changed\n');
  root.write('/usr/lib/heartbeat/heartbeat', 'the version before\n', 0o755);
  rmSync(root.path('/chkconfig.log'));
  pretendRunning(root, 'heartbeat');
  // With a configuration of its own, as heartbeat may start it.
  const director = once(pretendRunning(root, 'ldirectord.web'), 'exit');
  root.write('/etc/ha.d/web.cf', '');
  root.write('/var/run/ldirectord.web.checked', '/etc/ha.d/web.cf\n/var/log/ldirectord.log\n');
  rpm(root, '-U', '--replacepkgs', ours);
  assert.deepEqual(await director, [null, 'SIGKILL']);
  assert.match(root.read('/etc/sysconfig/heartbeat'), /SCRIPT_DEADLINE=60\n$/);
  assert.match(root.read('/etc/ha.d/resource.d/IPaddr'), /# changed\n$/);
  assert.match(run(root.path('/usr/lib/heartbeat/heartbeat'), '--version'), /^ts-heartbeat/);
  assert.ok(!root.has('/startstop.log'));
  assert.match(
    root.read('/node.log'),
    /^.*heartbeat\.cjs -r\n.*ldirectord\.cjs \S+web\.cf start\n$/,
  );
  assert.ok(!root.has('/chkconfig.log'));
  assert.deepEqual(readdirSync(root.path('/etc/rc.d/rc3.d')), ['S75heartbeat']);
});

test('where no copy of the configuration can be made, the old package stays as it is', () => {
  const root = newRoot();
  rpm(root, '-i', buildToy(workplace, HEARTBEAT));
  rmSync(root.path('/bin/cp'));
  const words = ['--root', root.folder, '--nodeps', '-U', ours];
  const { status, output } = root.run('rpm', ...words);
  assert.notEqual(status, 0);
  assert.match(output, /cannot copy \/etc\/ha\.d to .*: nothing is installed/);
  assert.match(root.read('/usr/lib/heartbeat/heartbeat'), /genuine/);
  assert.equal(root.read('/etc/ha.d/authkeys'), 'auth 1\n1 crc\n');
  assert.equal(run('rpm', '--root', root.folder, '-qa', '--qf', '%{name}\n'), 'heartbeat\n');
});

test('with systemd a heartbeat that was started by hand is stopped, and a unit follows', () => {
  const root = newRoot();
  root.write('/run/systemd/system/.keep', '');
  root.write('/bin/systemctl', '#!/bin/sh\necho "$*" >>/systemctl.log\n', 0o755);
  rpm(root, '-i', buildToy(workplace, HEARTBEAT));
  const wanted = '/etc/systemd/system/multi-user.target.wants/heartbeat.service';
  root.write(`${wanted}.d/keep`, '');
  symlinkSync('/usr/lib/systemd/system/heartbeat.service', root.path(wanted));
  pretendRunning(root, 'heartbeat');
  rpm(root, '-U', ours);
  assert.equal(root.read('/old.log'), '/etc/rc.d/init.d/heartbeat stop\n');
  const calls = root.read('/systemctl.log').trim().split('\n');
  const own = calls.filter((line) => !line.includes('daemon-reload'));
  assert.deepEqual(own, [
    'stop heartbeat.service',
    '--no-reload preset heartbeat.service',
    'start heartbeat.service',
  ]);
  assert.ok(calls.indexOf('daemon-reload') < calls.indexOf('start heartbeat.service'));
  assert.ok(root.has(wanted));
});
