/** The plan against a machine of imagined scripts: order, failures, retries, restarts. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Job } from '@ts-heartbeat/core/job';
import fc from 'fast-check';
import { group, LVS, Machine, TWO } from './machine.fixture.js';
import { isIdle, QUEUE_MAX } from './plan.js';

test('takeGroup asks each resource and starts what does not run, left to right', () => {
  const machine = new Machine([LVS]);
  machine.running.add('IPaddr');
  const outcome = machine.job({ kind: 'takeGroup', key: 'lvs' });
  assert.deepEqual(outcome, { ok: true, failed: [], groups: ['lvs'], local: ['lvs'] });
  assert.deepEqual(machine.calls, [
    'lvs status',
    'lvs start',
    'IPaddr status',
    'web status',
    'web start',
  ]);
  assert.deepEqual(machine.lines, [
    'info: Acquiring resource group: alpha lvs IPaddr::10.0.0.1/24/eth0 web',
    'info: Running /r/lvs  start',
    'info: Running /r/web  start',
  ]);
  assert.deepEqual(
    machine.state.held.map((held) => [held.group.key, held.complete]),
    [['lvs', true]],
  );
});

test('giveGroup runs the hook and stops right to left what runs or was started here', () => {
  const machine = new Machine([LVS]);
  assert.deepEqual(machine.job({ kind: 'giveGroup', key: 'lvs' })?.groups, []);
  machine.job({ kind: 'takeGroup', key: 'lvs' }, 2);
  machine.calls.length = 0;
  assert.deepEqual(machine.job({ kind: 'giveGroup', key: 'lvs' }, 3)?.groups, ['lvs']);
  assert.deepEqual(machine.calls, ['lvs status', 'web stop', 'IPaddr stop', 'lvs stop']);
  assert.equal(machine.others[0]?.kind, 'hook');
  assert.deepEqual(machine.state.held, []);
  machine.job({ kind: 'takeGroup', key: 'lvs' }, 4);
  machine.running.delete('lvs');
  assert.deepEqual(machine.job({ kind: 'giveGroup', key: 'lvs' }, 5)?.groups, ['lvs']);
  assert.deepEqual(machine.state.held, []);
});

test('findIdle names the groups of a share that do not run and changes nothing', () => {
  const machine = new Machine([LVS, 'alpha mail', 'beta ip2']);
  assert.deepEqual(machine.job({ kind: 'findIdle' })?.groups, ['lvs', 'mail']);
  machine.job({ kind: 'takeGroup', key: 'lvs' }, 2);
  machine.calls.length = 0;
  assert.deepEqual(machine.job({ kind: 'findIdle' }, 3)?.groups, ['mail']);
  assert.deepEqual(machine.calls, ['lvs status', 'mail status']);
  assert.deepEqual(machine.job({ kind: 'findIdle', share: 'foreign' }, 4)?.groups, ['ip2']);
});

test('a key may be any member of the group, unless another group has it as its key', () => {
  const machine = new Machine([LVS, 'beta web']);
  assert.deepEqual(machine.job({ kind: 'takeGroup', key: 'web' })?.groups, ['web']);
  assert.deepEqual(machine.job({ kind: 'takeGroup', key: 'IPaddr::10.0.0.1/24/eth0' }, 2)?.groups, [
    'lvs',
  ]);
  assert.deepEqual(machine.job({ kind: 'takeGroup', key: 'nothing' }, 3)?.groups, []);
});

test('a failing start releases the whole group, also what was never started', () => {
  const machine = new Machine(TWO);
  machine.codes.set('IPaddr start', [5]);
  const outcome = machine.job({ kind: 'standbyAcquire', share: 'all' });
  assert.deepEqual(outcome, { ok: false, failed: ['lvs'], groups: ['lvs', 'ip2'], local: ['lvs'] });
  assert.deepEqual(machine.changes, [
    'lvs start',
    'IPaddr start',
    'web stop',
    'IPaddr stop',
    'lvs stop',
    'ip2 start',
    'web2 start',
  ]);
  assert.deepEqual(machine.lines.slice(3, 6), [
    'error: Return code 5 from /r/IPaddr',
    'crit: Giving up resources due to failure of IPaddr::10.0.0.1/24/eth0',
    'info: Releasing resource group: alpha lvs IPaddr::10.0.0.1/24/eth0 web',
  ]);
  assert.deepEqual(
    machine.state.held.map((held) => held.group.key),
    ['ip2'],
  );
});

test('a missing script fails its start and costs the release no time', () => {
  const machine = new Machine(['alpha lvs gone']);
  assert.equal(machine.job({ kind: 'acquireOwn' })?.ok, false);
  assert.ok(machine.lines.includes('error: Cannot locate resource script gone'));
  assert.ok(!machine.lines.some((line) => line.includes('Retrying')));
  assert.deepEqual(machine.changes, ['lvs start', 'lvs stop']);
});

test('acquireOwn takes the own groups that do not run', () => {
  const machine = new Machine([...TWO, 'alpha ip3 web3']);
  machine.running.add('ip3').add('web3');
  assert.deepEqual(machine.job({ kind: 'acquireOwn' })?.groups, ['lvs']);
  assert.deepEqual(machine.calls, [
    'lvs status',
    'lvs start',
    'IPaddr status',
    'IPaddr start',
    'web status',
    'web start',
    'ip3 status',
    'web3 status',
  ]);
});

test('of a group that was not started here every resource is asked', () => {
  const machine = new Machine([LVS, 'alpha mail web2']);
  machine.running.add('lvs').add('mail').add('web2');
  assert.deepEqual(machine.job({ kind: 'findIdle' })?.groups, ['lvs']);
  const asked = ['lvs status', 'IPaddr status', 'mail status', 'web2 status'];
  assert.deepEqual(machine.calls.splice(0), asked);
  assert.deepEqual(machine.job({ kind: 'acquireOwn' }, 2)?.groups, ['lvs']);
  assert.deepEqual(machine.changes, ['IPaddr start', 'web start']);
  machine.calls.length = 0;
  machine.job({ kind: 'acquireOwn' }, 3);
  assert.deepEqual(machine.calls, ['lvs status', 'mail status']);
});

test('takeOver takes the groups of the dead node and says so as mach_down', () => {
  const machine = new Machine(TWO);
  machine.job({ kind: 'takeOver', node: 'Beta' }, 1, { HA_NICEFAILBACK: 'yes' });
  assert.deepEqual(machine.lines, [
    'mach_down: info: Taking over resource group ip2',
    'info: Acquiring resource group: beta ip2 web2',
    'info: Running /r/ip2  start',
    'info: Running /r/web2  start',
    'mach_down: info: /usr/share/heartbeat/mach_down: nice_failback: foreign resources acquired',
    'mach_down: info: mach_down takeover complete for node beta.',
  ]);
  assert.deepEqual(machine.job({ kind: 'takeOver', node: 'alpha' }, 2)?.groups, []);
});

test('what was taken over from a node that is gone is known as that until it is stopped', () => {
  const machine = new Machine(TWO);
  const marks = () => machine.state.held.map(({ group, takenOver }) => [group.key, takenOver]);
  machine.job({ kind: 'standbyAcquire', share: 'all' });
  assert.deepEqual(marks(), [
    ['lvs', undefined],
    ['ip2', undefined],
  ]);
  machine.job({ kind: 'takeOver', node: 'beta' }, 2);
  machine.restart();
  machine.job({ kind: 'standbyAcquire', share: 'all' }, 3);
  assert.deepEqual(marks(), [
    ['lvs', undefined],
    ['ip2', true],
  ]);
  machine.job({ kind: 'standbyRelease', share: 'foreign' }, 4);
  machine.job({ kind: 'standbyAcquire', share: 'foreign' }, 5);
  assert.deepEqual(marks()[1], ['ip2', undefined]);
});

test('releases go through the groups in file order, held or not', () => {
  const cases: readonly [Job, readonly string[]][] = [
    [{ kind: 'releaseAll' }, ['web stop', 'IPaddr stop', 'lvs stop', 'web2 stop', 'ip2 stop']],
    [{ kind: 'standbyRelease', share: 'foreign' }, ['web2 stop', 'ip2 stop']],
    [{ kind: 'standbyRelease', share: 'local' }, ['web stop', 'IPaddr stop', 'lvs stop']],
  ];
  for (const [job, expected] of cases) {
    const machine = new Machine(TWO);
    machine.job(job);
    assert.deepEqual(machine.calls, expected, JSON.stringify(job));
  }
});

test('announce calls nothing but the announcement of each address that runs here', () => {
  const machine = new Machine([LVS, 'beta IPaddr2::10.0.0.2 IPaddr::10.0.0.3', 'alpha web3']);
  machine.job({ kind: 'takeGroup', key: 'lvs' });
  machine.job({ kind: 'takeGroup', key: 'web3' }, 2);
  machine.job({ kind: 'takeOver', node: 'beta' }, 3);
  machine.calls.length = 0;
  const outcome = machine.job({ kind: 'announce', share: 'foreign' }, 4);
  assert.deepEqual(outcome, { ok: true, failed: [], groups: ['IPaddr2::10.0.0.2'], local: [] });
  assert.deepEqual(machine.announced, ['10.0.0.2', '10.0.0.3']);
  assert.deepEqual(machine.job({ kind: 'announce', share: 'all' }, 5)?.groups, [
    'lvs',
    'IPaddr2::10.0.0.2',
  ]);
  machine.job({ kind: 'releaseAll' }, 6);
  assert.deepEqual(machine.job({ kind: 'announce', share: 'all' }, 7)?.groups, []);
  assert.deepEqual(
    machine.calls.filter((call) => !call.endsWith(' stop')),
    [],
  );
});

test('a held group that was taken out of haresources is still released', () => {
  const machine = new Machine(TWO);
  machine.job({ kind: 'acquireOwn' });
  machine.groups = [group('beta ip2 web2')];
  machine.calls.length = 0;
  machine.job({ kind: 'releaseAll' }, 2);
  assert.deepEqual(machine.calls, ['web2 stop', 'ip2 stop', 'web stop', 'IPaddr stop', 'lvs stop']);
});

test('a stop that fails is tried eleven times, then judged by status', () => {
  const machine = new Machine(['alpha web']);
  machine.codes.set('web stop', [1]);
  assert.equal(machine.job({ kind: 'releaseAll' })?.ok, true);
  assert.equal(machine.changes.length, 11);
  assert.equal(
    machine.lines.filter((l) => l === 'info: Retrying failed stop operation [web]').length,
    10,
  );
  assert.deepEqual(machine.lines.slice(-3), [
    'error: Resource script for web probably not LSB-compliant.',
    'warn: it (web) MUST succeed on a stop when already stopped',
    'warn: Machine reboot narrowly avoided!',
  ]);
});

test('what still runs after the last attempt meets the policy and stays in the record', () => {
  const machine = new Machine(['alpha ip web']);
  machine.job({ kind: 'acquireOwn' });
  machine.codes.set('web stop', [1]);
  machine.calls.length = 0;
  const outcome = machine.job({ kind: 'releaseAll' }, 2, { HA_STOPRETRYMAX: '2' });
  assert.deepEqual(outcome, {
    ok: false,
    failed: ['ip'],
    groups: ['ip'],
    local: ['ip'],
    stuck: ['ip'],
  });
  assert.deepEqual(machine.calls, ['web stop', 'web stop', 'web stop', 'web status', 'ip stop']);
  assert.ok(machine.lines.includes('crit: Resource STOP failure. Reboot required!'));
  assert.deepEqual(machine.others, [{ kind: 'stuck', policy: 'stay', word: 'web' }]);
  assert.deepEqual(
    machine.state.held.map((held) => [held.group.key, held.complete]),
    [['ip', false]],
  );
});

test('HA_STOPRETRYMAX of zero retries until it succeeds', () => {
  const machine = new Machine(['alpha web']);
  machine.codes.set('web stop', [...Array<number>(40).fill(1), 0]);
  assert.equal(machine.job({ kind: 'releaseAll' }, 1, { HA_STOPRETRYMAX: '0' })?.ok, true);
  assert.equal(machine.changes.length, 41);
});

test('a job asked for again is not done again', () => {
  const machine = new Machine([LVS]);
  machine.job({ kind: 'acquireOwn' });
  const { calls } = machine;
  const before = calls.length;
  machine.outcomes.clear();
  assert.deepEqual(machine.job({ kind: 'acquireOwn' })?.groups, ['lvs']);
  assert.equal(calls.length, before);
  machine.send({ kind: 'hello', localNode: 'alpha', fresh: true });
  assert.deepEqual(machine.job({ kind: 'releaseAll' })?.groups, ['lvs']);
  assert.ok(calls.length > before);
});

test('a new life is told what is held: no further group is started of a job before it', () => {
  for (const [job, begun] of [
    [{ kind: 'standbyAcquire', share: 'all' }, 1],
    [{ kind: 'releaseAll' }, 2],
  ] as const) {
    const machine = new Machine(TWO);
    machine.send({ kind: 'job', request: { id: 1, job, environment: {} } }, 0);
    machine.send({ kind: 'hello', localNode: 'alpha', fresh: true });
    machine.send({ kind: 'ended', rc: 0, output: 'stopped', late: false });
    const groups = ['web ', 'web2 '].filter((word) =>
      machine.calls.some((call) => call.startsWith(word)),
    );
    assert.equal(groups.length, begun, machine.calls.join());
    assert.equal(machine.outcomes.has(1), false);
  }
});

test('jobs wait for one another, up to a limit', () => {
  const machine = new Machine([LVS]);
  machine.send(
    { kind: 'job', request: { id: 0, job: { kind: 'releaseAll' }, environment: {} } },
    0,
  );
  for (let id = 1; id <= QUEUE_MAX + 1; id++) {
    machine.send({ kind: 'job', request: { id, job: { kind: 'acquireOwn' }, environment: {} } }, 0);
  }
  assert.deepEqual([...machine.outcomes.keys()], [QUEUE_MAX + 1]);
  assert.equal(machine.state.queue.length, QUEUE_MAX);
});

test('a job to start what is to be stopped since is not begun when its turn comes', () => {
  const machine = new Machine(TWO);
  const ask = (id: number, job: Job): void =>
    machine.send({ kind: 'job', request: { id, job, environment: {} } }, 0);
  ask(1, { kind: 'giveGroup', key: 'lvs' });
  ask(2, { kind: 'takeOver', node: 'beta' });
  ask(3, { kind: 'acquireOwn' });
  ask(4, { kind: 'standbyAcquire', share: 'all' });
  ask(5, { kind: 'standbyRelease', share: 'foreign' });
  assert.deepEqual([...machine.outcomes], [[2, { ok: true, failed: [], groups: [] }]]);
  ask(6, { kind: 'releaseAll' });
  assert.deepEqual([...machine.outcomes.keys()], [2, 3, 4]);
  ask(7, { kind: 'takeOver', node: 'beta' });
  machine.send({ kind: 'ended', rc: 1, output: '', late: true });
  assert.deepEqual([...machine.running], ['ip2', 'web2']);
});

test('a runner killed in a start asks that resource again and completes the group', () => {
  const machine = new Machine([LVS]);
  // The fourth call is the start of IPaddr; its end is never told.
  machine.send(
    { kind: 'job', request: { id: 1, job: { kind: 'acquireOwn' }, environment: {} } },
    3,
  );
  assert.equal(machine.calls.at(-1), 'IPaddr start');
  machine.running.add('IPaddr');
  machine.restart();
  assert.deepEqual(machine.changes, ['lvs start', 'IPaddr start', 'web start']);
  assert.deepEqual(machine.outcomes.get(1), {
    ok: true,
    failed: [],
    groups: ['lvs'],
    local: ['lvs'],
  });
});

test('when ts-heartbeat is gone for good, what is under way is ended and all is released', () => {
  const machine = new Machine([LVS]);
  machine.send(
    { kind: 'job', request: { id: 1, job: { kind: 'acquireOwn' }, environment: {} } },
    3,
  );
  machine.send({ kind: 'orphaned' }, 3);
  assert.deepEqual(machine.others, [{ kind: 'cut' }]);
  machine.send({ kind: 'ended', rc: 143, output: '', late: true });
  assert.deepEqual(machine.changes.slice(2), ['web stop', 'IPaddr stop', 'lvs stop']);
  assert.deepEqual(machine.others.at(-1), { kind: 'released' });
  assert.equal(machine.outcomes.size, 0);
});

/** A machine with drawn failures is killed at drawn moments; jobs are drawn as well. */
test('whatever fails and whenever the runner dies, order holds and every job ends', () => {
  const code = fc.array(fc.constantFrom(0, 0, 0, 1), { minLength: 1, maxLength: 4 });
  const jobs = fc.array(
    fc.constantFrom<Job>(
      { kind: 'acquireOwn' },
      { kind: 'releaseAll' },
      { kind: 'takeOver', node: 'beta' },
      { kind: 'standbyRelease', share: 'all' },
      { kind: 'findIdle' },
      { kind: 'takeGroup', key: 'a' },
      { kind: 'giveGroup', key: 'a' },
    ),
    { minLength: 1, maxLength: 5 },
  );
  fc.assert(
    fc.property(
      jobs,
      fc.array(code, { minLength: 6, maxLength: 6 }),
      fc.nat(12),
      (list, codes, kill) => {
        const machine = new Machine(['alpha a b c', 'beta d e']);
        ['a', 'b', 'c'].forEach((word, index) => {
          machine.codes.set(`${word} start`, [...(codes[2 * index] ?? [0])]);
          machine.codes.set(`${word} stop`, [...(codes[2 * index + 1] ?? [0])]);
        });
        list.forEach((job, id) => {
          const request = { id, job, environment: { HA_STOPRETRYMAX: '3' } };
          machine.send({ kind: 'job', request }, kill);
          if (!isIdle(machine.state)) machine.restart();
          assert.ok(isIdle(machine.state));
          assert.ok(machine.outcomes.has(id));
        });
      },
    ),
  );
});

test('what a later job gives up is not started any more by the one in hand', () => {
  const started = (later: Job): string[] => {
    const machine = new Machine(['alpha one', 'alpha two', 'beta three']);
    const job: Job = { kind: 'standbyAcquire', share: 'all' };
    machine.send({ kind: 'job', request: { id: 1, job, environment: {} } }, 1);
    machine.send({ kind: 'job', request: { id: 2, job: later, environment: {} } });
    machine.send({ kind: 'ended', rc: 0, output: '', late: false });
    return machine.calls.filter((call) => call.endsWith(' start'));
  };
  assert.deepEqual(started({ kind: 'findIdle' }), ['one start', 'two start', 'three start']);
  const share = 'local';
  assert.deepEqual(started({ kind: 'standbyRelease', share }), ['one start', 'three start']);
  assert.deepEqual(started({ kind: 'standbyRelease', share: 'foreign' }), [
    'one start',
    'two start',
  ]);
  assert.deepEqual(started({ kind: 'releaseAll' }), ['one start']);
});

test('a new life is told of what is held of a node that is gone, taken over or not', () => {
  const machine = new Machine(TWO);
  machine.job({ kind: 'standbyAcquire', share: 'all' });
  const give = (id: number, job: Job): void =>
    machine.send({ kind: 'job', request: { id, job, environment: {} } }, 0);
  give(2, { kind: 'findIdle' });
  give(3, { kind: 'takeOver', node: 'Beta' });
  machine.send({ kind: 'hello', localNode: 'alpha', fresh: true }, 0);
  const marks = machine.state.held.map(({ group, takenOver }) => [group.key, takenOver]);
  assert.deepEqual(marks, [
    ['lvs', undefined],
    ['ip2', true],
  ]);
});
