/** Changes as calls of ipvsadm, against a program that plays its part. */
import assert from 'node:assert/strict';
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, test } from 'node:test';
import type { VirtualTarget } from '../config/config.js';
import type { Change } from './change.js';
import { findIpvsadm, Ipvsadm } from './ipvsadm.js';

const directory = mkdtempSync(path.join(tmpdir(), 'ipvsadm-test-'));
after(() => rmSync(directory, { recursive: true, force: true }));

const TARGET = {
  kind: 'address',
  protocol: 'tcp',
  family: 'ipv4',
  address: '10.255.0.1',
  port: 80,
} as const satisfies VirtualTarget;

/**
 * A program that keeps its rules as lines of a file, refuses what contains `bad` as the kernel
 * would (a batch goes on and exits 0) and `wrong` as its own parser would (a batch ends there).
 */
function program(name: string): { readonly file: string; calls(): string[] } {
  const file = path.join(directory, name);
  writeFileSync(`${file}.table`, '');
  writeFileSync(`${file}.calls`, '');
  writeFileSync(
    file,
    `#!/bin/sh
echo "$*" >> ${file}.calls
one() {
  case "$*" in
  *wrong*) echo 'illegal virtual server address[:port] specified' >&2; return 2 ;;
  *bad*) echo 'Scheduler or persistence engine not found' >&2; return 255 ;;
  -A*|-a*) echo "$*" >> ${file}.table ;;
  esac
}
case "$1" in
-S) cat ${file}.table ;;
-L) printf 'TCP  10.255.0.1:80 rr\\n  -> 10.0.0.1:80 20 10 0 0\\n' ;;
-R) while read -r line; do one $line; [ $? = 2 ] && exit 2; done; exit 0 ;;
*) one "$@" ;;
esac
`,
  );
  chmodSync(file, 0o755);
  return {
    file,
    calls: () => readFileSync(`${file}.calls`, 'utf8').trimEnd().split('\n'),
  };
}

function service(address: string, scheduler = 'rr'): Change {
  return {
    kind: 'addService',
    target: { ...TARGET, address },
    contents: { scheduler, ops: false },
  };
}

function real(address: string, service: string = TARGET.address): Change {
  return {
    kind: 'addDestination',
    target: { ...TARGET, address: service },
    destination: { address, port: 80 },
    contents: { forwarding: 'gate', weight: 1 },
  };
}

test('a batch is one call and one look at the table', async () => {
  const fake = program('batch');
  const ipvs = new Ipvsadm(fake.file);
  const failures = await ipvs.apply([service('10.255.0.1'), real('10.0.0.1'), real('10.0.0.2')]);
  assert.deepEqual(failures, []);
  assert.deepEqual(fake.calls(), ['-R', '-S -n']);
  const table = await ipvs.read({ thresholds: true });
  const held = table.get('tcp 10.255.0.1:80')?.destinations;
  assert.equal(held?.size, 2);
  assert.equal(held?.get('10.0.0.1:80')?.contents.upperThreshold, 20);
});

test('one change is one call, and a refusal says why', async () => {
  const fake = program('single');
  const ipvs = new Ipvsadm(fake.file);
  assert.deepEqual(await ipvs.apply([service('10.255.0.1')]), []);
  const refused = service('10.255.0.2', 'bad');
  assert.deepEqual(await ipvs.apply([refused]), [
    {
      change: refused,
      command: `${fake.file} -A -t 10.255.0.2:80 -s bad`,
      error: 'Scheduler or persistence engine not found',
    },
  ]);
  assert.deepEqual(fake.calls(), ['-A -t 10.255.0.1:80 -s rr', '-A -t 10.255.0.2:80 -s bad']);
});

for (const [kind, word] of [
  ['the kernel refuses', 'bad'],
  ['ipvsadm cannot parse', 'wrong'],
] as const) {
  test(`a change that ${kind} does not keep the others of its batch from being made`, async () => {
    const fake = program(word);
    const ipvs = new Ipvsadm(fake.file);
    const failures = await ipvs.apply([
      service('10.255.0.1'),
      real('10.0.0.1'),
      service('10.255.0.2', word),
      real('10.0.0.9', '10.255.0.2'),
      real('10.0.0.2'),
      service('10.255.0.3'),
    ]);
    assert.deepEqual(
      failures.map(({ change, error }) => [change.target, error]),
      [
        [
          { ...TARGET, address: '10.255.0.2' },
          word === 'bad'
            ? 'Scheduler or persistence engine not found'
            : 'illegal virtual server address[:port] specified',
        ],
        [{ ...TARGET, address: '10.255.0.2' }, 'Service not defined'],
      ],
    );
    const table = await ipvs.read({ thresholds: false });
    assert.deepEqual([...table.keys()], ['tcp 10.255.0.1:80', 'tcp 10.255.0.3:80']);
    assert.equal(table.get('tcp 10.255.0.1:80')?.destinations.size, 2);
  });
}

test('a program that cannot be run fails a reader and every change', async () => {
  const ipvs = new Ipvsadm(path.join(directory, 'absent'));
  await assert.rejects(ipvs.read({ thresholds: false }), /absent -S -n failed/);
  const failures = await ipvs.apply([service('10.255.0.1'), real('10.0.0.1')]);
  assert.equal(failures.length, 2);
  assert.match(failures[0]?.error ?? '', /ENOENT/);
});

test('a program that hangs is given up, once, and says so for every change', async () => {
  const file = path.join(directory, 'hangs');
  // Its child keeps the pipes open, as a program does that waits in the kernel and cannot die.
  writeFileSync(file, '#!/bin/sh\n[ "$1" = -S ] && exit 0\nsleep 2\n');
  chmodSync(file, 0o755);
  const ipvs = new Ipvsadm(file, 200);
  const begun = performance.now();
  const changes = [service('10.255.0.1'), real('10.0.0.1'), real('10.0.0.2')];
  const failures = await ipvs.apply(changes);
  assert.ok(performance.now() - begun < 5_000);
  assert.deepEqual(
    failures.map(({ change, error }) => [change, error]),
    changes.map((change) => [change, 'no answer within 0.2 s']),
  );
});

test('the first executable place is taken', () => {
  const fake = program('place');
  const plain = path.join(directory, 'place.table');
  assert.equal(findIpvsadm([plain, `${fake.file}-none`, fake.file]), fake.file);
  assert.equal(findIpvsadm([plain]), undefined);
});
