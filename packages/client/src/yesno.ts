/** Yes and no as ha.cf and its clients spell them (heartbeat 2.1 and 3.0.6). */

/** True for `true on yes y 1`, false for `false off no n 0`, in any case; undefined for others. */
export function isYes(text: string): boolean | undefined {
  const word = text.toLowerCase();
  if (['true', 'on', 'yes', 'y', '1'].includes(word)) return true;
  if (['false', 'off', 'no', 'n', '0'].includes(word)) return false;
  return undefined;
}
