/** The directives of a virtual's block, except `real` and `fallback`: one entry for each. */
import { type CheckType, SERVICES } from './config.js';
import { CONNECTTIMEOUT_OBSOLETE, type Reader, readersFor, refuse } from './directive.js';
import type { VirtualDraft } from './draft.js';
import {
  firstNumber,
  maybeQuoted,
  positiveNumber,
  quoted,
  seconds,
  smtpServer,
  yesNo,
} from './values.js';

const { keep, into, keepQuoted, keepRaw, ...shared } = readersFor<VirtualDraft>();

const nonEmpty = (value: string) => maybeQuoted(value) || undefined;

const CHECK_TYPES: readonly CheckType[] = [
  'connect',
  'negotiate',
  'ping',
  'off',
  'on',
  'external',
  'external-perl',
];
const CHECK_TYPE_TEXT =
  'checktype must be "connect", "negotiate", "on", "off", "ping", "external", "external-perl" ' +
  'or a positive number';

/** Any digits at all mean a number of connects: `ping3` is 3 (ldirectord 4.12). */
function checkType(value: string): { type: CheckType; connects: number } | undefined {
  const connects = firstNumber(value);
  if (connects !== undefined) return { type: 'combined', connects };
  const word = /[\w-]+/.exec(value)?.[0];
  const type = CHECK_TYPES.find((candidate) => candidate === word);
  return type && { type, connects: 0 };
}

const setCheckPort: Reader<VirtualDraft> = (value, { draft, place, problems }) => {
  const port = firstNumber(value);
  if (port === undefined) problems.error(place, 'BAD_VALUE', 'invalid port');
  else if (port > 0 && port < 65_536) draft.checkPort = port;
  else problems.error(place, 'BAD_VALUE', 'checkport must be in range 1..65536');
  return true;
};

const setService: Reader<VirtualDraft> = (value, { draft, place, machine, problems }) => {
  const word = /\w+/.exec(value)?.[0];
  const found = SERVICES.find((candidate) => candidate === word);
  if (!found) {
    const names = `${SERVICES.slice(0, -1).join(', ')} or ${SERVICES.at(-1)}`;
    problems.error(place, 'BAD_VALUE', `service must be ${names}`);
    return true;
  }
  draft.service = found;
  // Only a written service brings these defaults, not one implied by the port (ldirectord 4.12).
  const self = `ldirectord@${machine.hostName}`;
  if (found === 'ftp') {
    draft.login ||= 'anonymous';
    draft.password ||= self;
  }
  if (found === 'sip') draft.login ||= self;
  return true;
};

const setProtocol: Reader<VirtualDraft> = (value, { draft, place, problems }) => {
  const word = /\w+/.exec(value)?.[0];
  const fail = (text: string) => problems.error(place, 'BAD_VALUE', text);
  if (word === undefined) fail('invalid protocol');
  else if (draft.protocol === 'fwm') {
    if (word === 'fwm') return true;
    fail('protocol must be fwm if the virtual service is a fwmark (a number)');
  } else if (word === 'tcp' || word === 'udp') draft.protocol = word;
  else fail('protocol must be tcp or udp if the virtual service is an address and port');
  return true;
};

const setNetmask: Reader<VirtualDraft> = (value, { draft, place, problems }) => {
  if (draft.family === 'ipv6') {
    const length = /^\d+$/.test(value) ? Number(value) : 0;
    if (length >= 1 && length <= 128) draft.netmask = value;
    else {
      const text = 'invalid netmask: a prefix length between 1 and 128 is required';
      problems.error(place, 'BAD_VALUE', text);
    }
  } else if (/^\d+\.\d+\.\d+\.\d+$/.test(value)) draft.netmask = value;
  else problems.error(place, 'BAD_VALUE', 'invalid netmask: dotted quad notation is required');
  return true;
};

const setMonitorFile: Reader<VirtualDraft> = (value, { draft, place, machine, problems }) => {
  const path = maybeQuoted(value);
  const trouble = machine.appendError(path);
  if (trouble === undefined) draft.monitorFile = path;
  else problems.error(place, 'UNUSABLE_FILE', `unable to open monitorfile ${path}: ${trouble}`);
  return true;
};

/** Accepted and unused, as in ldirectord 4.12. */
const load: Reader<VirtualDraft> = (value, { place, problems }) => {
  const inner = quoted(value);
  if (inner === undefined) return false;
  if (!/\w/.test(inner)) problems.error(place, 'BAD_VALUE', 'invalid string for load testing');
  return true;
};

const receive: Reader<VirtualDraft> = (value, context) => {
  const { place } = context;
  const reader = keepQuoted('invalid receive string', (draft, source) => {
    draft.receive = { source, place };
  });
  return reader(value, context);
};

/** By name. `real`, `real6`, `fallback` and `fallback6` are read where the block is. */
export const VIRTUAL_DIRECTIVES: ReadonlyMap<string, Reader<VirtualDraft>> = new Map([
  [
    'request',
    keepQuoted('no request string specified', (draft, value) => {
      draft.request = value.startsWith('/') ? value : `/${value}`;
    }),
  ],
  ['receive', receive],
  [
    'checktype',
    keep(checkType, CHECK_TYPE_TEXT, (draft, { type, connects }) => {
      draft.checkType = type;
      draft.connects = connects;
    }),
  ],
  ['checkcommand', keep(nonEmpty, 'invalid check command', into('checkCommand'))],
  ['checktimeout', keep(seconds, 'invalid check timeout', into('checkTimeout'))],
  ['connecttimeout', refuse('OBSOLETE_DIRECTIVE', CONNECTTIMEOUT_OBSOLETE)],
  ['negotiatetimeout', keep(seconds, 'invalid negotiate timeout', into('negotiateTimeout'))],
  ['checkcount', shared.checkCount('invalid check count')],
  ['failurecount', keep(positiveNumber, 'invalid failure count', into('failureCount'))],
  ['checkinterval', keep(seconds, 'invalid checkinterval', into('checkInterval'))],
  ['checkport', setCheckPort],
  ['login', keepQuoted('invalid login string', into('login'))],
  ['passwd', keepQuoted('invalid password', into('password'))],
  ['database', keepQuoted('invalid database', into('database'))],
  ['secret', keepQuoted('invalid secret', into('secret'))],
  ['load', load],
  [
    'scheduler',
    keep(
      (value) => /[a-z]+/.exec(value)?.[0],
      'invalid scheduler, should be only lowercase letters (a-z)',
      into('scheduler'),
    ),
  ],
  ['persistent', keep(firstNumber, 'invalid persistent timeout', into('persistence'))],
  [
    'schedflags',
    keep(
      (value) => /[^ \t\v\f\r]+/.exec(value)?.[0],
      'invalid sched-flags',
      into('schedulerFlags'),
    ),
  ],
  ['netmask', setNetmask],
  ['protocol', setProtocol],
  ['ops', keep(yesNo, "ops must be 'yes' or 'no'", into('ops'))],
  ['service', setService],
  [
    'httpmethod',
    keep(
      (value) => {
        const word = /\w+/.exec(value)?.[0].toUpperCase();
        return word === 'GET' || word === 'HEAD' ? word : undefined;
      },
      'httpmethod must be GET or HEAD',
      into('httpMethod'),
    ),
  ],
  [
    'virtualhost',
    keepRaw((draft, value) => {
      draft.virtualHost = /^"?([^"]*)/.exec(value)?.[1] ?? '';
    }),
  ],
  ['fallbackcommand', keep(nonEmpty, 'invalid fallback command', into('fallbackCommand'))],
  ['quiescent', keep(yesNo, "quiescent must be 'yes' or 'no'", into('quiescent'))],
  ['emailalert', shared.emailAlert(into('emailAlert'))],
  ['emailalertfreq', shared.emailAlertFrequency(into('emailAlertFrequency'))],
  ['emailalertstatus', shared.emailAlertStatuses(into('emailAlertStatuses'))],
  ['monitorfile', setMonitorFile],
  ['cleanstop', keep(yesNo, "cleanstop must be 'yes' or 'no'", into('cleanstop'))],
  ['smtp', keep(smtpServer, 'invalid SMTP server address', into('smtp'))],
  ['servicename', keepRaw(into('serviceName'))],
  ['comment', keepRaw(into('comment'))],
]);
