/** The simulated table against what ipvsadm 1.31 and the kernel were seen to do. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { KernelTable } from './kerneltable.js';

const SERVICE = '-t 10.255.0.1:80';

function calling(): { readonly table: KernelTable; readonly call: (line: string) => string } {
  const table = new KernelTable();
  const call = (line: string) => {
    const { code, stderr } = table.call(line.split(' '), () => '');
    return code === 0 ? 'done' : `${code} ${stderr.trim()}`;
  };
  return { table, call };
}

test('rules come back as they are saved', () => {
  const rules = [
    '-A -t 10.255.0.1:80 -s rr -p 300 -M 255.255.255.0',
    '-a -t 10.255.0.1:80 -r 10.0.0.1:80 -g -w 5',
    '-a -t 10.255.0.1:80 -r 10.0.0.2:80 -i -w 0',
    '-A -u 10.255.0.1:53 -s wlc -o',
    '-A -t [2001:db8::1]:80 -s mh -b mh-port',
    '-a -t [2001:db8::1]:80 -r [2001:db8::2]:8080 -m -w 1',
    '-A -f 1 -s rr',
    '-A -f 1 -6 -s rr',
  ].map((rule) => `${rule}\n`);
  const table = new KernelTable();
  const shuffled = [...rules].sort(
    (a, b) => Number(b.startsWith('-A')) - Number(a.startsWith('-A')),
  );
  assert.equal(table.call(['-R'], () => shuffled.join('')).code, 0);
  assert.equal(table.save(), rules.join(''));
});

test('what the kernel refuses', () => {
  const { call } = calling();
  assert.equal(call(`-a ${SERVICE} -r 10.0.0.1:80`), '255 Service not defined');
  assert.equal(call(`-E ${SERVICE} -s rr`), '255 No such service');
  assert.equal(call(`-A ${SERVICE} -s nosuch`), '255 Scheduler or persistence engine not found');
  assert.equal(call(`-A ${SERVICE} -s rr`), 'done');
  assert.equal(call(`-A ${SERVICE} -s rr`), '255 Service already exists');
  assert.equal(call(`-e ${SERVICE} -r 10.0.0.1:80`), '255 No such destination');
  assert.equal(call(`-a ${SERVICE} -r 10.0.0.1:80`), 'done');
  assert.equal(call(`-a ${SERVICE} -r 10.0.0.1:80`), '255 Destination already exists');
});

test('words that ipvsadm cannot read', () => {
  const { call } = calling();
  assert.equal(call('-A -f 0 -s rr'), "2 invalid fwmark value `0' specified");
  assert.equal(call('-A -t 10.0.0.1:0 -s rr'), '2 Zero port specified for non-persistent service');
  assert.equal(call('-A -t host:80'), '2 illegal virtual server address[:port] specified');
  assert.equal(call(`-a ${SERVICE} -r :0`), '2 illegal real server address[:port] specified');
  assert.equal(call('-A -D'), '2 multiple commands specified');
});

test('a restore passes over a refused rule, and ends at one it cannot read', () => {
  const rules = ['-A -t 10.0.0.1:80 -s rr', '-a -t 10.0.0.9:80 -r 10.1.1.1:80', '-A -f 1 -s rr'];
  const table = new KernelTable();
  assert.equal(table.call(['-R'], () => rules.join('\n')).code, 0);
  assert.equal(table.save(), '-A -t 10.0.0.1:80 -s rr\n-A -f 1 -s rr\n');
  const other = new KernelTable();
  assert.equal(other.call(['-R'], () => `-A -f 0\n${rules[0]}`).code, 0);
  assert.equal(other.save(), '');
});

test('direct routing and tunnels are given the port of the service', () => {
  const { table, call } = calling();
  call(`-A ${SERVICE} -s rr`);
  call(`-a ${SERVICE} -r 10.0.0.1:8080 -g -w 1`);
  call(`-a ${SERVICE} -r 10.0.0.2:8080 -m -w 1`);
  assert.match(table.save(), /-r 10\.0\.0\.1:80 -g -w 1\n.*-r 10\.0\.0\.2:8080 -m -w 1\n/);
  assert.equal(call(`-d ${SERVICE} -r 10.0.0.1:8080`), '255 No such destination');
});
