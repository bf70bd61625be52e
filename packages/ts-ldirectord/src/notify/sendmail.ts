/** Gives a mail to the system's sendmail program. */
import { accessSync, constants } from 'node:fs';
import { runChild } from '@ts-heartbeat/platform/child';
import { inheritedEnvironment } from '../checks/environment.js';
import type { Delivery } from './outbox.js';

/** Where it may be (the genuine program looks there as well). */
const PLACES = ['/usr/sbin/sendmail', '/usr/lib/sendmail', '/usr/ucblib/sendmail'];
const SAID_BYTES_MAX = 200;
/** EX_TEMPFAIL of sysexits.h: try again. All else may have sent the mail to some of its readers. */
const TRY_AGAIN = 75;

/** `sendmail -t`, the message on its standard input. Never rejects; ends soon after the deadline. */
export async function deliverBySendmail(
  text: string,
  deadlineMs: number,
  places: readonly string[] = PLACES,
): Promise<Delivery> {
  const program = places.find(isExecutable);
  if (program === undefined) return { kind: 'later', reason: 'there is no sendmail program' };
  const { code, signal, late, failure, stderr } = await runChild({
    argv: [program, '-t'],
    environment: inheritedEnvironment(),
    directory: '/',
    stdin: { text },
    stderr: { firstBytes: SAID_BYTES_MAX },
    deadlineMs,
  });
  if (code === 0) return { kind: 'sent' };
  const end = failure ?? (signal === null ? `exit code ${code}` : signal);
  const reason = late ? `no end within ${deadlineMs / 1000} s` : end;
  const [said = ''] = stderr.trim().split('\n');
  const kind = failure !== undefined ? 'later' : code === TRY_AGAIN ? 'deferred' : 'failed';
  return { kind, reason: said === '' ? reason : `${reason}: ${said}` };
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
