/** What is in the RPM of each architecture, and that it is the same in every build. */
import assert from 'node:assert/strict';
import { mkdirSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { after, describe, test } from 'node:test';
import { ROOT } from '../house/sources.js';
import { type Arch, digest, ownArch, run, Workplace } from './built.js';
import { CLONE, typeInClone } from './clone.js';

const workplace = new Workplace();
const dist = workplace.next('dist');
typeInClone('npm run rpm', dist);
after(() => workplace.close());

/** Of the header of an ELF file, at offset 18 (elf.h): EM_X86_64 and EM_AARCH64. */
const MACHINES: Readonly<Record<Arch, number>> = { x64: 62, arm64: 183 };

interface Component {
  readonly name: string;
  readonly version: string;
  readonly licenses: readonly unknown[];
}

const RPM_NAMES: Readonly<Record<Arch, string>> = { x64: 'x86_64', arm64: 'aarch64' };

function rpmFor(arch: Arch): string {
  const [file, ...more] = readdirSync(dist).filter((name) => name.includes(RPM_NAMES[arch]));
  assert.ok(file !== undefined && more.length === 0);
  return path.join(dist, file);
}

/** What rpm says of each file: path, digest, mode, owner, time, flags. */
const FILES =
  '[%{filenames} %{filedigests} %{filemodes} %{fileusername} %{filemtimes} %{fileflags}\n]';

function unpack(rpm: string): string {
  const folder = workplace.next('unpacked');
  mkdirSync(folder);
  run('sh', '-c', 'cd "$1" && rpm2cpio "$0" | cpio -id --quiet', rpm, folder);
  return folder;
}

/** Everything below that is a program of some processor: path and machine. */
function machines(folder: string): ReadonlyMap<string, number> {
  const found = new Map<string, number>();
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    const file = path.join(entry.parentPath ?? entry.path, entry.name);
    const bytes = readFileSync(file);
    if (bytes.subarray(0, 4).toString('latin1') !== '\x7fELF') continue;
    found.set(path.relative(folder, file), bytes.readUInt16LE(18));
  }
  return found;
}

/** The files below a folder that hold a text. */
function filesWith(text: string, folder: string): string {
  return run('sh', '-c', 'grep -rlF -- "$0" "$1" || [ $? = 1 ]', text, folder);
}

for (const arch of ['x64', 'arm64'] as const) {
  describe(`the RPM for ${arch}`, () => {
    const rpm = rpmFor(arch);
    const tree = unpack(rpm);

    test('has native parts of this architecture and of no other', () => {
      const found = machines(tree);
      const names = [...found.keys()].map((file) => path.basename(file)).sort();
      assert.deepEqual(names, ['koffi.node', 'serialport.node']);
      assert.deepEqual([...new Set(found.values())], [MACHINES[arch]]);
    });

    test('has no errors in the eyes of rpmlint', () => {
      const said = run('rpmlint', '-r', path.join(ROOT, 'rpm/rpmlintrc'), rpm);
      assert.match(said, / 0 errors, /);
    });

    test('tells which packages it holds, and their licences', () => {
      const docs = path.join(tree, 'usr/share/doc/ts-heartbeat');
      const bill: { components: readonly Component[] } = JSON.parse(
        readFileSync(path.join(docs, 'sbom.cdx.json'), 'utf8'),
      );
      const names = bill.components.map(({ name }) => name);
      for (const name of ['serialport', 'koffi', `@koromix/koffi-linux-${arch}`, 'winston', 'pg']) {
        assert.ok(names.includes(name), name);
      }
      const texts = readdirSync(path.join(docs, 'licences')).sort();
      const wanted = bill.components.map(
        ({ name, version }) => `${name.replace('@', '').replace('/', '-')}-${version}`,
      );
      assert.deepEqual(texts, wanted.sort());
      for (const folder of texts) {
        const files = readdirSync(path.join(docs, 'licences', folder));
        assert.notEqual(files.length, 0, folder);
      }
      assert.ok(bill.components.every(({ licenses }) => licenses.length > 0));
      // Neither of one machine's folders nor of the place where packages were fetched.
      assert.ok(!JSON.stringify(bill).includes(CLONE));
    });

    test('does not name the folders of the machine that built it', () => {
      const named = filesWith(CLONE, tree);
      assert.equal(named, '');
    });
  });
}

test('is the same when it is built again, in another place', () => {
  const arch = ownArch();
  const [once, again] = [rpmFor(arch), workplace.build('rpm', arch)];
  const files = run('rpm', '-qp', '--qf', FILES, once);
  assert.match(files, /\/usr\/sbin\/ldirectord [0-9a-f]{64} /);
  assert.equal(run('rpm', '-qp', '--qf', FILES, again), files);
  assert.equal(digest(again), digest(once));
});
