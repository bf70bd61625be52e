/** Whether a resource runs here, judged by what its script prints on `status`. */

/**
 * True when the text says that the resource runs: it has `running`, `Running` or `OK`, unless a
 * `not ` in any case stands before a later `running`. The exit code says nothing
 * (ResourceManager 3.0.6; init scripts of old disagree about it).
 */
export function saysRunning(text: string): boolean {
  const not = text.search(/[Nn][Oo][Tt] /);
  if (not >= 0 && /[Rr]unning/.test(text.slice(not + 4))) return false;
  return /[Rr]unning|OK/.test(text);
}
