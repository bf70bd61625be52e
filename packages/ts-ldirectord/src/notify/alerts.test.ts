/** Which mails are due when: changes, reminders, and no flood. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { AlertSettings, DaemonStatus } from '../config/config.js';
import { configurationOf, virtualOf } from '../director/rehearsal.js';
import {
  type Alert,
  type AlertEvent,
  type AlertsState,
  alertsStep,
  alertsWakeAt,
  BURST,
  FLAP_MS,
  NO_ALERTS,
  serverKey,
} from './alerts.js';

const ALL: ReadonlySet<DaemonStatus> = new Set(['starting', 'running', 'stopping', 'reloading']);
const ID = 'tcp:10.255.0.1:80';
const SERVER = '10.0.0.1:80';
const KEY = serverKey(ID, SERVER);

function configured(alerts: Partial<AlertSettings>): AlertEvent {
  const settings = { to: 'admin@example.com', frequency: 0, statuses: ALL, ...alerts };
  const virtual = virtualOf({ reals: ['10.0.0.1'], alerts: settings });
  return { kind: 'configured', configuration: configurationOf([virtual]) };
}

class Desk {
  state: AlertsState = NO_ALERTS;
  now = 0;
  readonly lines: string[] = [];
  readonly mails: Alert[] = [];
  readonly down = new Set<string>();

  constructor(alerts: Partial<AlertSettings> = {}) {
    this.tell(configured(alerts));
  }

  tell(event: AlertEvent): void {
    const { state, effects } = alertsStep(this.state, event, this.now);
    this.state = state;
    for (const effect of effects) {
      if (effect.kind === 'log') this.lines.push(effect.text);
      else this.mails.push(effect.alert);
    }
  }

  notice(text: string, down: boolean, status: DaemonStatus = 'running'): void {
    if (down) this.down.add(KEY);
    else this.down.delete(KEY);
    this.tell({ kind: 'notice', notice: { text, virtual: ID, server: SERVER, down, status } });
  }

  /** Lets time pass; wakes the desk exactly when it asks. */
  pass(ms: number): void {
    const end = this.now + ms;
    for (;;) {
      const at = alertsWakeAt(this.state);
      if (at === undefined || at > end) break;
      this.now = Math.max(this.now, at);
      this.tell({ kind: 'time', down: this.down, status: 'running' });
    }
    this.now = end;
  }

  /** The texts of the mails since the last call. */
  said(): string[] {
    return this.mails.splice(0).map(({ text }) => text);
  }
}

test('a change is told of with all that the mail needs, and logged', () => {
  const whom = { from: 'x@example.com', smtp: 'mail', serviceName: 'Shop', comment: 'call Joe' };
  const desk = new Desk(whom);
  desk.notice('Restored real server', false, 'starting');
  const { to } = desk.mails[0] ?? {};
  assert.equal(to, 'admin@example.com');
  assert.deepEqual(desk.mails, [{ to, text: 'Restored real server', status: 'starting', ...whom }]);
  assert.deepEqual(desk.lines, ['emailalert: Restored real server']);
});

test('nobody is told without an address, nor in a status that is not asked for', () => {
  for (const alerts of [{ to: '' }, { statuses: new Set(['stopping'] as const) }]) {
    const desk = new Desk(alerts);
    desk.notice('Deleted', true);
    assert.deepEqual([desk.mails, desk.lines], [[], []]);
  }
});

test('the log may say readd, the mail does not', () => {
  const desk = new Desk();
  desk.notice('Readd Quiescent real server', true);
  assert.deepEqual(desk.said(), ['Quiescent real server']);
});

test('reminders come until the server is back', () => {
  const desk = new Desk({ frequency: 5000 });
  desk.notice('Deleted', true);
  desk.pass(4999);
  assert.deepEqual(desk.said(), ['Deleted']);
  desk.pass(10_001);
  const reminder = `Inaccessible real server: ${SERVER} (10.255.0.1:80)`;
  assert.deepEqual(desk.said(), [reminder, reminder, reminder]);
  desk.notice('Added', false);
  desk.pass(60_000);
  assert.deepEqual(desk.said(), ['Added']);
});

test('a server that came back without a change of the table is not reminded of', () => {
  const desk = new Desk({ frequency: 5000 });
  desk.notice('Inaccessible', true);
  desk.down.clear();
  desk.pass(60_000);
  assert.deepEqual(desk.said(), ['Inaccessible']);
});

test('a reload changes the pace of reminders, ends them, and forgets what is gone', () => {
  const desk = new Desk({ frequency: 60_000 });
  desk.notice('Deleted', true);
  desk.pass(1000);
  desk.tell(configured({ frequency: 2000 }));
  desk.pass(2000);
  assert.equal(desk.said().length, 2);
  desk.tell(configured({ frequency: 0 }));
  assert.equal(alertsWakeAt(desk.state), undefined);
  desk.tell(configured({ frequency: 2000 }));
  desk.notice('Deleted', true);
  desk.tell({ kind: 'configured', configuration: configurationOf([]) });
  assert.equal(alertsWakeAt(desk.state), undefined);
  desk.notice('Added', false);
  assert.deepEqual(desk.said(), ['Deleted']);
});

test('a server that flaps is told of ten times, then once a minute, to the last', () => {
  const desk = new Desk();
  for (let n = 0; n < 300; n += 1) {
    desk.notice(`change ${n}`, n % 2 === 0);
    desk.pass(1000);
  }
  desk.pass(FLAP_MS);
  const said = desk.said();
  assert.equal(said.length, BURST + 5);
  assert.equal(said.at(-1), 'change 299');
  const held = desk.lines.filter((line) => line.includes('held back'));
  assert.ok(held.length >= 1 && held.length <= 6);
  desk.pass(BURST * FLAP_MS);
  assert.equal(alertsWakeAt(desk.state), undefined);
});

test('whatever a server does, its mails are bounded and the last word is told', () => {
  const step = fc.record({ down: fc.boolean(), ms: fc.integer({ min: 0, max: 200_000 }) });
  fc.assert(
    fc.property(
      fc.array(step, { maxLength: 80 }),
      fc.constantFrom(0, 90_000),
      (steps, frequency) => {
        const desk = new Desk({ frequency });
        for (const [n, { down, ms }] of steps.entries()) {
          desk.notice(`change ${n}`, down);
          desk.pass(ms);
        }
        desk.pass(BURST * 90_000);
        const changes = desk.said().filter((text) => text.startsWith('change'));
        assert.ok(changes.length <= BURST + desk.now / Math.max(FLAP_MS, frequency));
        assert.equal(changes.at(-1), steps.length === 0 ? undefined : `change ${steps.length - 1}`);
      },
    ),
  );
});

test('what is held back is told by the settings of the file that is followed then', () => {
  for (const settings of [{ to: '' }, { statuses: new Set(['starting'] as const) }]) {
    const desk = new Desk();
    for (let i = 0; i < BURST + 2; i += 1) desk.notice(`change ${i}`, i % 2 === 0);
    desk.tell(configured(settings));
    desk.pass(100 * FLAP_MS);
    assert.equal(desk.mails.length, BURST);
  }
});

test('after a reload with a shorter pause nothing is held back longer than that', () => {
  const desk = new Desk({ frequency: 10 * FLAP_MS });
  for (let i = 0; i < BURST + 1; i += 1) desk.notice(`change ${i}`, false);
  desk.tell(configured({}));
  desk.pass(FLAP_MS);
  assert.equal(desk.mails.at(-1)?.text, `change ${BURST}`);
});
