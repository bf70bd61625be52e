/** The directives in the first column, except `virtual`: one entry for each. */
import type { Family } from './config.js';
import { CONNECTTIMEOUT_OBSOLETE, type Reader, readersFor, refuse } from './directive.js';
import type { GlobalsDraft } from './draft.js';
import { parseFallback, resolveGlobalFallback } from './fallback.js';
import { positiveNumber, quoted, seconds, smtpServer, syslogFacility, yesNo } from './values.js';

const { keep, into, keepRaw, ...shared } = readersFor<GlobalsDraft>();

const setFallback =
  (family: Family): Reader<GlobalsDraft> =>
  (value, { draft, place, machine, problems }) => {
    const written = parseFallback(value, place, problems);
    const found = written && resolveGlobalFallback(written, family, machine, problems);
    if (found) draft[family === 'ipv4' ? 'fallback' : 'fallback6'] = found;
    return true;
  };

const setCallback: Reader<GlobalsDraft> = (value, { draft }) => {
  const path = quoted(value);
  if (path === undefined) return false;
  draft.callback = path;
  return true;
};

/**
 * A file must be writable; anything that does not begin with `/` is a syslog facility. A facility
 * that does not exist is refused with the same text: ldirectord 4.12 would die at its first line.
 * Nothing is asked of the file when the log does not go there.
 */
const setLogfile: Reader<GlobalsDraft> = (value, { draft, place, machine, problems }) => {
  const name = quoted(value);
  if (name === undefined) return false;
  const unusable = name.startsWith('/')
    ? !(draft.supervised || draft.debug) && machine.appendError(name) !== undefined
    : syslogFacility(name) === undefined;
  if (unusable) problems.error(place, 'UNUSABLE_FILE', `unable to open logfile: ${name}`);
  else draft.logfile = name;
  return true;
};

const setMaintenanceDirectory: Reader<GlobalsDraft> = (value, context) => {
  const { draft, place, machine, problems } = context;
  if (value === '') {
    problems.error(place, 'BAD_VALUE', 'maintenance directory not specified');
    return true;
  }
  draft.maintenanceDirectory = value;
  if (!machine.isDirectory(value)) {
    problems.warning(place, 'UNUSABLE_FILE', 'maintenance directory does not exist');
  }
  return true;
};

const TIMEOUT_OBSOLETE =
  'timeout directive deprecated in favour of checktimeout and negotiatetimeout';

/** By name. `virtual` and `virtual6` open a block; a bare `supervised` has no `=`. */
export const GLOBAL_DIRECTIVES: ReadonlyMap<string, Reader<GlobalsDraft>> = new Map([
  ['checktimeout', keep(seconds, 'invalid check timeout value', into('checkTimeout'))],
  ['connecttimeout', refuse('OBSOLETE_DIRECTIVE', CONNECTTIMEOUT_OBSOLETE)],
  ['timeout', refuse('OBSOLETE_DIRECTIVE', TIMEOUT_OBSOLETE)],
  ['negotiatetimeout', keep(seconds, 'invalid negotiate timeout value', into('negotiateTimeout'))],
  ['checkinterval', keep(seconds, 'invalid check interval value', into('checkInterval'))],
  ['checkcount', shared.checkCount('invalid check count value')],
  ['failurecount', keep(positiveNumber, 'invalid failure count value', into('failureCount'))],
  ['fallback', setFallback('ipv4')],
  ['fallback6', setFallback('ipv6')],
  [
    'fallbackcommand',
    keep((value) => value || undefined, 'invalid fallback command', into('fallbackCommand')),
  ],
  ['autoreload', keep(yesNo, "autoreload must be 'yes' or 'no'", into('autoreload'))],
  ['callback', setCallback],
  ['logfile', setLogfile],
  [
    'execute',
    keepRaw((draft, value) => {
      draft.execute.add(value);
    }),
  ],
  ['fork', keep(yesNo, "fork must be 'yes' or 'no'", into('fork'))],
  ['supervised', keep(yesNo, "supervised must be 'yes' or 'no'", into('supervised'))],
  ['quiescent', keep(yesNo, "quiescent must be 'yes' or 'no'", into('quiescent'))],
  ['readdquiescent', keep(yesNo, "readdquiescent must be 'yes' or 'no'", into('readdQuiescent'))],
  ['emailalert', shared.emailAlert(into('emailAlert'))],
  ['emailalertfreq', shared.emailAlertFrequency(into('emailAlertFrequency'))],
  ['emailalertstatus', shared.emailAlertStatuses(into('emailAlertStatuses'))],
  [
    'emailalertfrom',
    keep((value) => value || undefined, 'no email from address specified', into('emailAlertFrom')),
  ],
  ['cleanstop', keep(yesNo, "cleanstop must be 'yes' or 'no'", into('cleanstop'))],
  ['smtp', keep(smtpServer, 'invalid SMTP server address', into('smtp'))],
  ['maintenancedir', setMaintenanceDirectory],
]);
