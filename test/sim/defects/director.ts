/** Deliberate mistakes in the director and its alerts, and what has to be said of each. */
import type { Defect } from './copy.js';

export interface Mistake extends Defect {
  readonly name: string;
  /** The set that brings it out, and within how many seeds. */
  readonly set: string;
  readonly seeds: number;
  /** The invariants of which one must be found broken. */
  readonly invariants: readonly number[];
}

const DIRECTOR = 'packages/ts-ldirectord/dist/director';
const ALERTS = 'packages/ts-ldirectord/dist/notify/alerts.js';

export const MISTAKES: readonly Mistake[] = [
  {
    name: 'the fallback is left in',
    file: `${DIRECTOR}/desired.js`,
    text: "wishes.set(key, { ...common, add: 'never' });",
    instead: '',
    set: 'servers',
    seeds: 10,
    invariants: [18],
  },
  {
    name: 'a quiesced server is not restored',
    file: `${DIRECTOR}/judge.js`,
    text: "if (real.status !== 'up')\n            touch(",
    instead: "if (real.status === 'unchecked')\n            touch(",
    set: 'servers',
    seeds: 10,
    invariants: [16],
  },
  {
    name: 'one failure too many is forgiven',
    file: `${DIRECTOR}/judge.js`,
    text: 'failures < limit)',
    instead: 'failures <= limit)',
    set: 'servers',
    seeds: 10,
    invariants: [16],
  },
  {
    name: 'one failure too few is enough',
    file: `${DIRECTOR}/judge.js`,
    text: 'failures < limit)',
    instead: 'failures < limit - 1)',
    set: 'servers',
    seeds: 10,
    invariants: [16],
  },
  {
    name: 'to come back takes two checks',
    file: `${DIRECTOR}/judge.js`,
    text: 'if (real.failures > 0)\n            log(',
    instead:
      "if (real.status === 'down' && real.failures > 0)\n" +
      '            return putReal(turn, member.virtual, member.real, { failures: 0 });\n' +
      '        if (real.failures > 0)\n            log(',
    set: 'servers',
    seeds: 10,
    invariants: [16],
  },
  {
    name: "somebody else's virtual is deleted",
    file: `${DIRECTOR}/plan.js`,
    text: "return [...planned, ...planRemoval(state, table, 'start')];",
    instead:
      'const mine = { ...state, work: { ...state.work, removed: [...table.values()].filter(\n' +
      '        ({ target }) => !state.virtuals.some(({ key }) => key === serviceKey(target)))\n' +
      '        .map(({ target }) => ({ target, name: String(target.port), reals: [] })) } };\n' +
      "    return [...planned, ...planRemoval(mine, table, 'start')];",
    set: 'calm',
    seeds: 3,
    invariants: [15],
  },
  {
    name: 'a hung server holds up the others',
    file: `${DIRECTOR}/rounds.js`,
    text: 'if (check === undefined || check.running !== undefined)\n            continue;',
    instead:
      'const isHung = (other) => other.running && turn.now - other.running.since > 900;\n' +
      '        if (check === undefined || check.running !== undefined || [...checks].some(isHung))\n' +
      '            continue;',
    set: 'servers',
    seeds: 15,
    invariants: [17],
  },
  {
    name: 'a reload of the same file writes it all again',
    file: `${DIRECTOR}/difference.js`,
    text: 'if (sameDestination(contents, present.contents))\n        return undefined;',
    instead: '',
    set: 'operator',
    seeds: 10,
    invariants: [15],
  },
  {
    name: 'a virtual that is gone from the file stays',
    file: `${DIRECTOR}/plan.js`,
    text: '.filter(({ key }) => table?.has(key) ?? true)',
    instead: '.filter(() => false)',
    set: 'operator',
    seeds: 15,
    invariants: [15],
  },
  {
    name: 'what the kernel refuses is not tried again',
    file: `${DIRECTOR}/dealings.js`,
    text: 'lookAgain(turn, planned);',
    instead: '',
    set: 'kernel',
    seeds: 40,
    invariants: [15, 16, 18],
  },
  {
    name: 'servers go out before others come in',
    file: `${DIRECTOR}/difference.js`,
    text: '[...service, ...gains, ...losses]',
    instead: '[...service, ...losses, ...gains]',
    set: 'servers',
    seeds: 20,
    invariants: [18],
  },
  {
    name: 'what was deleted by hand does not come back',
    file: `${DIRECTOR}/stray.js`,
    text: 'const isRipe = now',
    instead: 'const isRipe = urgent && now',
    set: 'hands',
    seeds: 15,
    invariants: [15, 16],
  },
  {
    name: 'a new life does not take over what serves',
    file: `${DIRECTOR}/configure.js`,
    text: 'if (weight > 0)',
    instead: 'if (weight > 1000)',
    set: 'operator',
    seeds: 15,
    invariants: [16],
  },
  {
    name: 'a check is given up because the daemon itself has slept',
    file: `${DIRECTOR}/rounds.js`,
    text: 'if (overdueSince === undefined) {',
    instead: 'if (false) {',
    set: 'loop',
    seeds: 60,
    invariants: [16],
  },
  {
    name: 'a fallback command is told the same again',
    file: `${DIRECTOR}/judge.js`,
    text: 'virtual.fallbackCommand === undefined || told === verb',
    instead: 'virtual.fallbackCommand === undefined',
    set: 'operator',
    seeds: 15,
    invariants: [18],
  },
  {
    name: 'a mail is sent twice',
    file: ALERTS,
    text: 'effects.push(...tell(virtual, text, status));\n            paidUntil',
    instead:
      'effects.push(...tell(virtual, text, status), ...tell(virtual, text, status));\n' +
      '            paidUntil',
    set: 'servers',
    seeds: 10,
    invariants: [20],
  },
  {
    name: 'nobody is told of a server that comes back',
    file: `${DIRECTOR}/report.js`,
    text: 'return { text, mail: mail(wish.name, false) };',
    instead: 'return { text };',
    set: 'servers',
    seeds: 15,
    invariants: [20],
  },
  {
    name: 'reminders come too often',
    file: ALERTS,
    text: 'down.has(key) ? now + virtual.alerts.frequency',
    instead: 'down.has(key) ? now + virtual.alerts.frequency / 2',
    set: 'servers',
    seeds: 15,
    invariants: [20],
  },
  {
    name: 'mails of the start come though nobody asks for them',
    file: ALERTS,
    text: "alerts.to !== '' && alerts.statuses.has(status)",
    instead: "alerts.to !== ''",
    set: 'servers',
    seeds: 15,
    invariants: [20],
  },
];
