/** Where ha.cf wants the log: logfacility, use_logd, and the defaults when little is said. */
import type { Draft, Word } from './draft.js';
import { WHOLE_FILE } from './problemlist.js';
import type { TakeWord } from './scalars.js';
import type { LogSettings } from './settings.js';
import { parseBoolean } from './values.js';

/** The names that heartbeat 3.0.6 knows; `none` for no syslog. Their case matters. */
const FACILITIES = new Set(
  (
    'kern user mail daemon auth syslog lpr news uucp cron authpriv ftp security mark none ' +
    'local0 local1 local2 local3 local4 local5 local6 local7'
  ).split(' '),
);

const LOGD_RECOMMENDED = 'Logging daemon is disabled --enabling logging daemon is recommended';

function takeFacility(draft: Draft, word: Word): boolean {
  if (!FACILITIES.has(word.text)) {
    return draft.reject(word, 'HA_CF_BAD_LOGFACILITY', `Log facility(${word.text}) not valid`);
  }
  draft.texts.set('logfacility', word.text);
  return true;
}

function announceLogd(draft: Draft, place: Word | typeof WHOLE_FILE): void {
  draft.problems.info(place, 'HA_CF_LOGD_ENABLED', 'Enabling logging daemon ');
  draft.problems.info(
    place,
    'HA_CF_LOGD_ENABLED',
    'logfile and debug file are those specified in logd config file (default /etc/logd.cf)',
  );
}

function takeLogd(draft: Draft, word: Word): boolean {
  const value = parseBoolean(word.text);
  // A word that is no boolean leaves the setting as it was, and that is said once more.
  if (value ?? draft.flags.get('use_logd')) announceLogd(draft, word);
  else draft.problems.warning(word, 'HA_CF_LOGD_DISABLED', LOGD_RECOMMENDED);
  if (value === undefined) return draft.refuse('use_logd', word, 'on or off is wanted');
  draft.flags.set('use_logd', value);
  return true;
}

export const LOGGING: ReadonlyMap<string, TakeWord> = new Map<string, TakeWord>([
  ['logfacility', takeFacility],
  ['use_logd', takeLogd],
]);

/**
 * Completes the logging settings once all lines are read (heartbeat 3.0.6): without any entry the
 * logging daemon is used; with a facility only, the files are /dev/null.
 */
export function completeLogging(draft: Draft): void {
  const { texts, flags, parameters, problems } = draft;
  const facility = texts.get('logfacility');
  const hasFacility = facility !== undefined && facility !== 'none';
  const hasFile = texts.has('logfile') || texts.has('debugfile');
  const useLogd = flags.get('use_logd');
  if (!hasFacility && !hasFile) {
    if (useLogd === false) {
      problems.error(
        WHOLE_FILE,
        'HA_CF_NO_LOG',
        'No log entry found in ha.cf and use_logd is set to off',
      );
    } else if (useLogd === undefined) {
      problems.info(WHOLE_FILE, 'HA_CF_LOGD_ENABLED', 'No log entry found in ha.cf -- use logd');
      announceLogd(draft, WHOLE_FILE);
      flags.set('use_logd', true);
      parameters.set('use_logd', 'yes');
    }
  } else if (useLogd === true) {
    const entries = `logfile/debugfile${hasFacility ? '/logfacility' : ''}`;
    problems.warning(
      WHOLE_FILE,
      'HA_CF_LOGD_AND_FILES',
      `logd is enabled but ${entries} is still configured in ha.cf`,
    );
  } else {
    problems.warning(WHOLE_FILE, 'HA_CF_LOGD_DISABLED', LOGD_RECOMMENDED);
  }
  if (!hasFacility) return;
  for (const name of ['logfile', 'debugfile']) {
    if (!texts.has(name)) parameters.set(name, '/dev/null');
  }
}

/** The settings of the log as far as they are known, for an ha.cf that fails as well. */
export function logSettings({ texts, flags, numbers }: Draft): LogSettings {
  const logfile = texts.get('logfile');
  const debugfile = texts.get('debugfile');
  const facility = texts.get('logfacility');
  return {
    ...(logfile !== undefined && { logfile }),
    ...(debugfile !== undefined && { debugfile }),
    ...(facility !== undefined && { facility }),
    useLogd: flags.get('use_logd') ?? false,
    syslogFormat: flags.get('syslogmsgfmt') ?? true,
    logBadPackets: flags.get('log_badpack') ?? true,
    debug: numbers.get('debug') ?? 0,
  };
}
