/** Looks at what a PostgreSQL server sends before the client library does. */

/** Type and length. */
const HEADER_BYTES = 5;
/** The length counts itself. */
const LENGTH_BYTES = 4;
const ERROR = 'E'.charCodeAt(0);
const NOTICE = 'N'.charCodeAt(0);
/** An error or a notice is a few lines; with its context, pages. */
const REPORT_BYTES_MAX = 64 * 1024;

/**
 * Makes a function that takes the bytes of a connection as they come and throws at a message that
 * pg-protocol cannot be given: it reads the fields of an error or a notice until one that ends
 * them, and would go on for ever behind the end of a message that has none.
 *
 * @param bytesMax a message that says it is longer is refused before it has come
 */
export function messageInspector(bytesMax: number): (chunk: Buffer) => void {
  const header = Buffer.alloc(HEADER_BYTES);
  let headed = 0;
  /** What is still to come of the message under way. */
  let left = 0;
  /** The body of an error or a notice, as far as it has come. */
  let report: Buffer[] | undefined;
  const begin = (): void => {
    const length = header.readUInt32BE(1);
    if (length < LENGTH_BYTES) throw new Error('a message shorter than its head');
    if (length > bytesMax) throw new Error(`a message of ${length} bytes`);
    left = length - LENGTH_BYTES;
    const isReport = header[0] === ERROR || header[0] === NOTICE;
    if (isReport && left > REPORT_BYTES_MAX) throw new Error(`an error of ${length} bytes`);
    report = isReport ? [] : undefined;
  };
  const end = (): void => {
    headed = 0;
    if (report !== undefined && !endsItsFields(Buffer.concat(report))) {
      throw new Error('an error whose fields do not end');
    }
  };
  return (chunk) => {
    let at = 0;
    while (at < chunk.length) {
      if (headed < HEADER_BYTES) {
        const taken = chunk.copy(header, headed, at);
        headed += taken;
        at += taken;
        if (headed < HEADER_BYTES) return;
        begin();
      }
      const taken = Math.min(left, chunk.length - at);
      report?.push(chunk.subarray(at, at + taken));
      left -= taken;
      at += taken;
      if (left === 0) end();
    }
  };
}

/** Whether there is a field of type 0 where a field begins. */
function endsItsFields(body: Buffer): boolean {
  let at = 0;
  while (at < body.length) {
    if (body[at] === 0) return true;
    const end = body.indexOf(0, at + 1);
    if (end < 0) return false;
    at = end + 1;
  }
  return false;
}
