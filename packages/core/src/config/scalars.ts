/** The directives of ha.cf that take one value a word; the last valid one wins (heartbeat 3.0.6). */
import { type Draft, VARIABLES_MAX, type Word } from './draft.js';
import { parseBoolean, parseInteger, parseTime } from './values.js';

/** Takes one word. False: it was refused, and the draft's problems say why. */
export type TakeWord = (draft: Draft, word: Word) => boolean;

/** What `rtprio` may be on Linux (sched_get_priority_max of SCHED_FIFO). */
const PRIORITY_MAX = 99;
/** The compression modules that come with heartbeat 3.0.6. */
const COMPRESSION_MODULES = ['zlib', 'bz2'];

function time(name: string, least: number): TakeWord {
  return (draft, word) => {
    const millis = parseTime(word.text);
    if (millis === undefined || millis < least) {
      return draft.refuse(name, word, 'a time is wanted, such as 2 or 500ms');
    }
    draft.times.set(name, millis);
    return true;
  };
}

function boolean(name: string): TakeWord {
  return (draft, word) => {
    const value = parseBoolean(word.text);
    if (value === undefined) return draft.refuse(name, word, 'on or off is wanted');
    draft.flags.set(name, value);
    return true;
  };
}

/** A boolean of the last generation, which has a text for its mistakes. */
function checkedBoolean(routine: string): TakeWord {
  return (draft, word) =>
    parseBoolean(word.text) !== undefined ||
    draft.reject(word, 'HA_CF_BAD_BOOLEAN', `${routine}:Invalid directive value ${word.text}`);
}

/** 0 to 255. */
function byte(name: string): TakeWord {
  return (draft, word) => {
    const value = parseInteger(word.text);
    if (value < 0 || value > 255) {
      return draft.refuse(name, word, 'a number from 0 to 255 is wanted');
    }
    draft.numbers.set(name, value);
    return true;
  };
}

/** More than 0. */
function positive(name: string, code: string, text?: (word: string) => string): TakeWord {
  return (draft, word) => {
    const value = parseInteger(word.text);
    if (value <= 0) {
      return text === undefined
        ? draft.refuse(name, word, 'a number greater than 0 is wanted')
        : draft.reject(word, code, text(word.text));
    }
    draft.numbers.set(name, value);
    return true;
  };
}

function text(name: string): TakeWord {
  return (draft, word) => {
    draft.texts.set(name, word.text);
    return true;
  };
}

function takeWarntime(draft: Draft, word: Word): boolean {
  const millis = parseTime(word.text);
  if (millis === undefined || millis <= 0) {
    return draft.reject(word, 'HA_CF_BAD_WARNTIME', `Warn time [${word.text}] is invalid.`, 'bare');
  }
  draft.times.set('warntime', millis);
  return true;
}

function takePriority(draft: Draft, word: Word): boolean {
  const value = parseInteger(word.text);
  if (value < 1 || value > PRIORITY_MAX) {
    return draft.reject(word, 'HA_CF_BAD_RTPRIO', `Illegal realtime priority [${word.text}]`);
  }
  draft.numbers.set('rtprio', value);
  return true;
}

function takeMessageFormat(draft: Draft, word: Word): boolean {
  const isKnown = word.text === 'classic' || word.text === 'netstring';
  return isKnown || draft.refuse('msgfmt', word, 'classic or netstring is wanted');
}

function takeGenerationMethod(draft: Draft, word: Word): boolean {
  if (word.text !== 'file' && word.text !== 'time') {
    return draft.reject(
      word,
      'HA_CF_BAD_HBGENMETHOD',
      `Illegal hb generation method [${word.text}]`,
    );
  }
  draft.generationMethod = word.text;
  return true;
}

function takeAutojoin(draft: Draft, word: Word): boolean {
  const value = word.text.toLowerCase();
  if (value !== 'none' && value !== 'other' && value !== 'any') {
    return draft.reject(word, 'HA_CF_BAD_AUTOJOIN', `Invalid autojoin directive [${word.text}]`);
  }
  draft.autojoin = value;
  return true;
}

function takeUuidfrom(draft: Draft, word: Word): boolean {
  const value = word.text.toLowerCase();
  if (value !== 'file' && value !== 'nodename') {
    return draft.reject(word, 'HA_CF_BAD_UUIDFROM', `Invalid uuidfrom directive [${word.text}]`);
  }
  draft.uuidFrom = value;
  return true;
}

function takeCompression(draft: Draft, word: Word): boolean {
  return (
    COMPRESSION_MODULES.includes(word.text) ||
    draft.reject(word, 'HA_CF_NO_COMPRESSION', `Compression module(${word.text}) not found`)
  );
}

/**
 * Libplumb 1.0.12 warns where it is switched on below a `compression` line, and says nothing
 * without one; our messages are never compressed.
 */
function takeTraditionalCompression(draft: Draft, word: Word): boolean {
  const on = parseBoolean(word.text);
  if (on === undefined) return checkedBoolean('set_traditional_compression')(draft, word);
  if (!on || !draft.parameters.has('compression')) return true;
  const warning = 'Traditional compression selected. Realtime behavior will likely be impacted(!)';
  const page = 'http://linux-ha.org/wiki/Ha.cf#traditional_compression_-_controls_compression_mode';
  draft.problems.warning(word, 'HA_CF_TRADITIONAL_COMPRESSION', warning);
  draft.problems.info(word, 'HA_CF_TRADITIONAL_COMPRESSION', `See ${page} for more information.`);
  return true;
}

function takeCoreroot(draft: Draft, word: Word): boolean {
  if (!word.text.startsWith('/')) {
    return draft.reject(
      word,
      'HA_CF_BAD_COREROOT',
      `Invalid core directory [${word.text}]: Invalid argument`,
    );
  }
  draft.texts.set('coreroot', word.text);
  return true;
}

function takeWatchdog(draft: Draft, word: Word): boolean {
  if (draft.texts.has('watchdog')) {
    return draft.reject(
      word,
      'HA_CF_WATCHDOG_TWICE',
      'heartbeat: Watchdog device multiply specified.',
      'bare',
    );
  }
  draft.texts.set('watchdog', word.text);
  return true;
}

/** `env NAME=value`. A word without `=` is accepted and does nothing. */
function takeEnvironment(draft: Draft, word: Word): boolean {
  const [, name, value] = /^([^=]*)=(.*)$/s.exec(word.text) ?? [];
  if (name === undefined || value === undefined) return true;
  if (name === '') {
    return draft.reject(word, 'HA_CF_BAD_ENV', `set_env: invalid nvpair(${word.text})`);
  }
  if (draft.environment.size >= VARIABLES_MAX && !draft.environment.has(name)) {
    return draft.refuse('env', word, `no more than ${VARIABLES_MAX} variables are possible`);
  }
  draft.environment.set(name, value);
  return true;
}

/** The value does not matter: 1.99.4 knew it, 3.0.6 does not, and it changes nothing. */
function ignore(): boolean {
  return true;
}

/** By name. Those that have a file of their own are not here. */
export const SCALARS: ReadonlyMap<string, TakeWord> = new Map<string, TakeWord>([
  ['keepalive', time('keepalive', 1)],
  ['deadtime', time('deadtime', 0)],
  ['deadping', time('deadping', 0)],
  ['initdead', time('initdead', 0)],
  ['warntime', takeWarntime],
  ['conn_logd_time', time('conn_logd_time', 1)],
  ['hopfudge', byte('hopfudge')],
  ['debug', byte('debug')],
  ['memreserve', positive('memreserve', '')],
  [
    'max_rexmit_delay',
    positive(
      'max_rexmit_delay',
      'HA_CF_BAD_MAX_REXMIT_DELAY',
      (word) => `Invalid max_rexmit_delay time(${word})`,
    ),
  ],
  [
    'compression_threshold',
    positive(
      'compression_threshold',
      'HA_CF_BAD_COMPRESSION_THRESHOLD',
      (word) => `set_compression_threshold: compress_threshhold(${word}) invalid`,
    ),
  ],
  ['compression', takeCompression],
  ['traditional_compression', takeTraditionalCompression],
  ['realtime', boolean('realtime')],
  ['rtprio', takePriority],
  ['log_badpack', boolean('log_badpack')],
  ['syslogmsgfmt', boolean('syslogmsgfmt')],
  ['coredumps', boolean('coredumps')],
  ['coreroot', takeCoreroot],
  ['msgfmt', takeMessageFormat],
  ['hbgenmethod', takeGenerationMethod],
  ['autojoin', takeAutojoin],
  ['uuidfrom', takeUuidfrom],
  ['watchdog', takeWatchdog],
  ['env', takeEnvironment],
  ['cluster', text('cluster')],
  ['quorum_server', text('quorum_server')],
  ['logfile', text('logfile')],
  ['debugfile', text('debugfile')],
  ['record_config_changes', checkedBoolean('ha_config_check_boolean')],
  ['record_pengine_inputs', checkedBoolean('ha_config_check_boolean')],
  ['enable_config_writes', checkedBoolean('ha_config_check_boolean')],
  ['use_apphbd', boolean('use_apphbd')],
  ['normalpoll', ignore],
]);
