/** Takes out of a text what differs from run to run: process ids. */

/** In the form of the recordings: `[PID]`, `pid: PID`. */
export function normalize(text: string): string {
  return text.replace(/(pid: )\d+/g, '$1PID').replace(/^(Error|Warning) \[\d+\]/gm, '$1 [PID]');
}

/** Perl's complaints about the genuine program itself. */
export function withoutNoise(text: string): string {
  return text.replace(/^(?:Use of uninitialized value|setlogsock\(\)).*\n/gm, '');
}
