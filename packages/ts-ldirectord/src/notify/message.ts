/** The text of an alert's mail: header and body as ldirectord 4.12 writes them. */
import { readable } from '../command/bytes.js';
import type { Alert } from './alerts.js';

export interface MessageOptions {
  readonly alert: Alert;
  /** Of this machine. */
  readonly host: string;
  /** Given only where a mail server is spoken to directly: the local sendmail adds its own. */
  readonly sender?: { readonly address: string; readonly date: Date; readonly id: string };
}

/**
 * Lines end with a newline. What is not ASCII is said to be UTF-8, which the genuine program leaves
 * to the reader to guess.
 */
export function messageText({ alert, host, sender }: MessageOptions): string {
  const { serviceName, comment, status } = alert;
  const name = serviceName === undefined ? '' : `[${oneLine(serviceName)}] `;
  const subject = name + oneLine(alert.text);
  const from = alert.from === undefined ? sender?.address : oneLine(alert.from);
  const body = [
    `ldirectord host: ${host}`,
    `Log-Message: ${subject}`,
    `Daemon-Status: ${status}`,
    ...details(serviceName, comment),
  ];
  const header = [
    ...(from === undefined ? [] : [`From: ${from}`]),
    `To: ${oneLine(alert.to)}`,
    `Subject: ${encoded(subject)}`,
    ...(sender === undefined
      ? []
      : [`Date: ${mailDate(sender.date)}`, `Message-ID: <${sender.id}>`]),
  ];
  const plain = isAscii([...header, ...body].join(''));
  const mime = [
    'MIME-Version: 1.0',
    'Content-Type: text/plain; charset=utf-8',
    'Content-Transfer-Encoding: 8bit',
  ];
  return [...header, ...(plain ? [] : mime), '', ...body, ''].join('\n');
}

function details(serviceName: string | undefined, comment: string | undefined): string[] {
  const lines = [
    ...(serviceName === undefined ? [] : [`Service name: ${oneLine(serviceName)}`]),
    ...(comment === undefined ? [] : [`Comment: ${oneLine(comment)}`]),
  ];
  return lines.length === 0 ? [] : ['', ...lines, ''];
}

/** Nothing of a configuration may end a line of the header. */
function oneLine(text: string): string {
  return readable(text)
    .replace(/\p{Cc}/gu, ' ')
    .trimEnd();
}

function isAscii(text: string): boolean {
  return /^[\0-\x7f]*$/.test(text);
}

/** Bytes of UTF-8 in one encoded word, which may have 75 characters in all (RFC 2047). */
const WORD_BYTES_MAX = 42;

/** A header value in ASCII; encoded words are separated by folds. */
function encoded(text: string): string {
  if (isAscii(text)) return text;
  const words: string[] = [];
  let word = '';
  for (const character of text) {
    if (Buffer.byteLength(word + character) > WORD_BYTES_MAX) {
      words.push(word);
      word = '';
    }
    word += character;
  }
  return [...words, word]
    .map((part) => `=?utf-8?B?${Buffer.from(part).toString('base64')}?=`)
    .join('\n ');
}

/** `Mon, 30 Nov 2026 08:19:25 +0000` */
function mailDate(date: Date): string {
  return date.toUTCString().replace('GMT', '+0000');
}
