/** `baud` and `udpport`: settings that must stand before the media they are for. */
import type { Draft, Word } from './draft.js';
import type { TakeWord } from './scalars.js';
import { parseInteger } from './values.js';

const BAUD_RATES = [9600, 19200, 38400, 57600, 115200, 230400, 460800];
export const DEFAULT_BAUD = 19200;

/**
 * heartbeat 3.0.6 also says this where the order is right, and for the baud rate even where none is
 * given; here it is said where it is true.
 */
function comesTooLate(draft: Draft, word: Word, setting: string): void {
  draft.problems.warning(
    word,
    'HA_CF_AFTER_MEDIA',
    `heartbeat: ${setting} setting must precede media statements`,
    { form: 'bare' },
  );
}

function takeBaud(draft: Draft, word: Word): boolean {
  if (draft.baud !== undefined) {
    return draft.reject(
      word,
      'HA_CF_BAUD_TWICE',
      'heartbeat: Baudrate multiply specified.',
      'bare',
    );
  }
  const baud = parseInteger(word.text);
  if (!BAUD_RATES.includes(baud)) {
    return draft.reject(
      word,
      'HA_CF_BAD_BAUD',
      `heartbeat: invalid baudrate [${word.text}] specified.`,
      'bare',
    );
  }
  draft.baud = baud;
  if (draft.media.some(({ kind }) => kind === 'serial')) comesTooLate(draft, word, 'baudrate');
  return true;
}

function takePort(draft: Draft, word: Word): boolean {
  const port = parseInteger(word.text);
  if (port <= 0) {
    return draft.reject(
      word,
      'HA_CF_BAD_UDPPORT',
      `heartbeat: invalid port [${word.text}] specified.`,
      'bare',
    );
  }
  // What does not fit into 16 bits is cut when the socket is bound, there and here.
  draft.udpport = port & 0xffff;
  const service = draft.machine.udpService(draft.udpport);
  if (service !== undefined && service !== 'ha-cluster') {
    draft.problems.warning(
      word,
      'HA_CF_PORT_RESERVED',
      `heartbeat: udp port ${word.text} reserved for service "${service}".`,
    );
  }
  if (draft.portsFixed) comesTooLate(draft, word, 'udpport');
  return true;
}

export const SPEED: ReadonlyMap<string, TakeWord> = new Map<string, TakeWord>([
  ['baud', takeBaud],
  ['udpport', takePort],
]);
