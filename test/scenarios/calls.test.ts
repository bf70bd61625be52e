/** Sorting calls into strands, and telling what differs. */

import { deepEqual } from 'node:assert/strict';
import { test } from 'node:test';
import { type Call, differences, groupsOf, spelledOut, strandsOf } from './calls.js';

const HARESOURCES = 'loadbalancer lvs IPaddr::10.0.0.1 web\n\nbackup mail\n';
const [FIRST = []] = groupsOf(HARESOURCES);

function call(verb: Call['verb'], resource: string): Call {
  return { node: 'backup', verb, resource };
}

test('a group is the resources of a line', () => {
  deepEqual(groupsOf(HARESOURCES), [['lvs', 'IPaddr::10.0.0.1', 'web'], ['mail']]);
});

test('calls go to the strand of their group, reboots to their own', () => {
  const calls = [call('start', 'mail'), call('start', 'lvs'), call('reboot', '-nf')];
  deepEqual(strandsOf(calls, HARESOURCES), [
    { node: 'backup', group: 2, calls: ['start mail'] },
    { node: 'backup', group: 1, calls: ['start lvs'] },
    { node: 'backup', group: 0, calls: ['reboot -nf'] },
  ]);
});

test('a short form spells out starts in order and stops in reverse', () => {
  const starts = ['start lvs', 'start IPaddr::10.0.0.1', 'start web'];
  deepEqual(spelledOut('+-web!-nf', FIRST), [...starts, 'stop web', 'reboot -nf']);
  deepEqual(spelledOut('+lvs-', FIRST), [
    'start lvs',
    'stop web',
    'stop IPaddr::10.0.0.1',
    'stop lvs',
  ]);
});

test('groups may interleave; within a group the first other call is told', () => {
  const one = strandsOf([call('start', 'lvs'), call('start', 'mail')], HARESOURCES);
  const other = strandsOf([call('start', 'mail'), call('start', 'lvs')], HARESOURCES);
  deepEqual(differences(one, other), []);
  const more = strandsOf(
    [call('start', 'mail'), call('start', 'lvs'), call('stop', 'lvs')],
    HARESOURCES,
  );
  deepEqual(differences(one, more), [
    'backup 1: after start lvs: expected nothing more, seen stop lvs',
  ]);
  deepEqual(differences(more, []), [
    'backup 1: at first: expected start lvs, seen nothing more',
    'backup 2: at first: expected start mail, seen nothing more',
  ]);
});
