/** A root file system with a shell, the shadow tools, stand-ins for chkconfig and node, no more. */
import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  copyFileSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readFileSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import { run } from './built.js';

const DASH = '/usr/bin/dash';
const BUSYBOX = '/usr/bin/busybox';
const SHADOW = ['/usr/sbin/groupadd', '/usr/sbin/useradd'];

/** Does what the real one does with the header of a script, and remembers how it was called. */
export const CHKCONFIG = `#!/bin/sh
echo "$*" >>/chkconfig.log
case $1 in -*) verb=$1 name=$2 ;; *) verb=$2 name=$1 ;; esac
set -- $(sed -n 's/^# chkconfig: //p' "/etc/rc.d/init.d/$name")
[ $# -eq 3 ] || set -- - 50 50
levels=$1 start=$2 stop=$3
cd /etc/rc.d && mkdir -p rc0.d rc1.d rc2.d rc3.d rc4.d rc5.d rc6.d
for level in 0 1 2 3 4 5 6; do
  set -- "rc$level.d/"[SK]??"$name"
  case $verb in
  --add) [ ! -L "$1" ] || continue ;;
  on | off)
    case $level in [016]) continue ;; esac
    rm -f "$@"
    if [ "$verb" = on ]; then levels=2345; else levels=-; fi
    ;;
  --del)
    rm -f "$@"
    continue
    ;;
  esac
  case $levels in
  *"$level"*) ln -s "../init.d/$name" "rc$level.d/S$start$name" ;;
  *) ln -s "../init.d/$name" "rc$level.d/K$stop$name" ;;
  esac
done
`;

/** Stands for Node.js: writes down how it was called. */
const NODE = '#!/bin/sh\necho "$*" >>/node.log\n';

export interface Said {
  readonly status: number | null;
  readonly output: string;
}

export class BareRoot {
  constructor(readonly folder: string) {
    const folders = ['bin', 'sbin', 'usr/bin', 'usr/sbin', 'etc', 'proc', 'tmp', 'var/run', 'dev'];
    for (const place of folders) mkdirSync(this.path(place), { recursive: true });
    this.#installShell();
    for (const program of SHADOW) this.#install(program);
    this.write('/sbin/chkconfig', CHKCONFIG, 0o755);
    this.write('/usr/bin/node', NODE, 0o755);
    this.write('/etc/passwd', 'root:x:0:0:root:/:/bin/sh\n');
    this.write('/etc/shadow', 'root:*:19000:0:99999:7:::\n', 0o600);
    this.write('/etc/group', 'root:x:0:\n');
    this.write('/etc/gshadow', 'root:*::\n', 0o600);
    this.write('/etc/login.defs', 'SYS_UID_MIN 100\nSYS_UID_MAX 999\nSYS_GID_MIN 100\n');
  }

  #installShell(): void {
    if (!existsSync(BUSYBOX)) throw new Error(`${BUSYBOX} is not here: see .ci/packages`);
    copyFileSync(BUSYBOX, this.path('/bin/busybox'));
    const names = run(BUSYBOX, '--list').trim().split('\n');
    // Those that the packages may not count on would hide what is missing.
    const foreign = new Set(['sh', 'busybox', 'getent', 'adduser', 'addgroup', 'rpm', 'dpkg']);
    for (const name of names.filter((word) => !foreign.has(word))) {
      symlinkSync('/bin/busybox', this.path(`/bin/${name}`));
    }
    // Busybox's own shell would find its programs even where they have been removed.
    this.#install(DASH);
    symlinkSync(DASH, this.path('/bin/sh'));
  }

  /** A program of this machine, with its libraries. */
  #install(program: string): void {
    const libraries = [...run('ldd', program).matchAll(/(\/\S+) \(0x/g)].map(([, file]) => file);
    for (const file of [program, ...libraries]) {
      if (file === undefined) continue;
      mkdirSync(path.dirname(this.path(file)), { recursive: true });
      copyFileSync(file, this.path(file));
    }
  }

  path(place: string): string {
    return path.join(this.folder, place);
  }

  write(place: string, text: string, mode = 0o644): void {
    mkdirSync(path.dirname(this.path(place)), { recursive: true });
    writeFileSync(this.path(place), text);
    chmodSync(this.path(place), mode);
  }

  /** Adds to a file, as a user does. */
  edit(place: string, text: string): void {
    const file = this.path(place);
    writeFileSync(file, readFileSync(file, 'utf8') + text);
  }

  read(place: string): string {
    return readFileSync(this.path(place), 'utf8');
  }

  /** Also true of a link that leads nowhere. */
  has(place: string): boolean {
    return lstatSync(this.path(place), { throwIfNoEntry: false }) !== undefined;
  }

  mode(place: string): number {
    return lstatSync(this.path(place)).mode & 0o7777;
  }

  /** Runs a program of this machine that changes its root to this one, which has /proc then. */
  run(program: string, ...words: readonly string[]): Said {
    const mount = 'mount --bind /proc "$0" && exec "$@"';
    const all = ['-m', 'sh', '-c', mount, this.path('proc'), program, ...words];
    const { status, stdout, stderr } = spawnSync('unshare', all, { encoding: 'utf8', cwd: '/' });
    return { status, output: `${stdout}${stderr}` };
  }
}
