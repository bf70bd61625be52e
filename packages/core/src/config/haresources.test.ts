/** The groups of haresources, as the scripts run them. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { findGroup, groupsOf, isAddress, readGroups, resourceOf } from './haresources.js';

const read = (text: string) => readGroups({ path: '/etc/ha.d//haresources', text });
const words = (text: string) =>
  read(text).groups.map(({ node, resources }) => [node, ...resources.map(({ word }) => word)]);

test("the tutorial's group", () => {
  const { groups, problems } = read(
    'loadbalancer lvs IPaddr::192.168.136.10/24/eth0 ipvsadm ldirectord\n',
  );
  assert.deepEqual(problems, []);
  const address = 'IPaddr::192.168.136.10/24/eth0';
  assert.deepEqual(groups, [
    {
      node: 'loadbalancer',
      key: 'lvs',
      line: 1,
      resources: [
        { word: 'lvs', script: 'lvs', args: [] },
        { word: address, script: 'IPaddr', args: ['192.168.136.10/24/eth0'] },
        { word: 'ipvsadm', script: 'ipvsadm', args: [] },
        { word: 'ldirectord', script: 'ldirectord', args: [] },
      ],
    },
  ]);
});

test('lines are joined, comments cut everywhere, node names in lower case', () => {
  assert.deepEqual(words(' Node1\ta  b \\\n  c#x\n\n# d\nnode2 e\\\nf\\'), [
    ['node1', 'a', 'b', 'c'],
    ['node2', 'ef'],
  ]);
  // A comment on a continuation line does not break the line off.
  assert.deepEqual(words('n a \\\n# x \\\nb # y \\\nc'), [['n', 'a', 'b', 'c']]);
  // On the first line it takes the backslash with it, as in the genuine scripts.
  assert.deepEqual(words('n a # x \\\nm b'), [
    ['n', 'a'],
    ['m', 'b'],
  ]);
  assert.deepEqual(words('n a \\\r\n b\r\n'), [['n', 'a', 'b']]);
});

test('an address is short for IPaddr', () => {
  for (const word of ['10.0.0.1', '192.168.1.1/24/eth0', '1.2.3.4.5', '1x.2y.3z.4', '1..2.3.4']) {
    assert.ok(isAddress(word), word);
    assert.deepEqual(resourceOf(word), { word, script: 'IPaddr', args: [word] });
  }
  for (const word of ['10.0.1', 'a10.0.0.1', '1.2.3.x', '', 'lvs', '1.2.3.']) {
    assert.ok(!isAddress(word), word);
  }
});

test('arguments stand between double colons', () => {
  assert.deepEqual(resourceOf('Filesystem::/dev/sda1::/data::ext2').args, [
    '/dev/sda1',
    '/data',
    'ext2',
  ]);
  assert.deepEqual(resourceOf('a::::b::').args, ['b']);
  assert.deepEqual(resourceOf('a:b::c:d'), { word: 'a:b::c:d', script: 'a:b', args: ['c:d'] });
});

test('what cannot be meant is pointed out, and the address is kept', () => {
  const { groups, problems } = read('n a\nm a b\nk\nn 10.0.0.1::x::y\n');
  assert.deepEqual(
    problems.map(({ code, line, severity }) => [code, line, severity]),
    [
      ['HARESOURCES_KEY_TWICE', 2, 'warning'],
      ['HARESOURCES_NO_RESOURCE', 3, 'warning'],
      ['HARESOURCES_ADDRESS_ARGUMENTS', 4, 'warning'],
    ],
  );
  assert.deepEqual(groups.at(-1)?.resources[0]?.args, ['10.0.0.1', 'x', 'y']);
});

test('groups are found by key and by node', () => {
  const { groups } = read('n a x\nm b\nN c\nm a\n');
  assert.equal(findGroup(groups, 'a')?.line, 1);
  // The genuine scripts would find the line of `a`; a word inside a group is not its name.
  assert.equal(findGroup(groups, 'x'), undefined);
  assert.deepEqual(
    groupsOf(groups, 'N').map(({ key }) => key),
    ['a', 'c'],
  );
});
