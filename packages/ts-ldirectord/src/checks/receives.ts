/** Looks for a `receive` pattern in what a server has sent. */
import type { ReceivePattern } from '../config/receive.js';

/**
 * Whether the pattern is found in the text, which is decoded as latin1; always, when there is no
 * pattern.
 */
export async function receives(
  receive: ReceivePattern | undefined,
  text: string,
): Promise<boolean> {
  return receive === undefined || receive.regexp.test(text);
}
