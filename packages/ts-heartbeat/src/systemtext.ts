/** The words of the operating system for what went wrong. */

/** Without Node's additions: of `EROFS: read-only file system, open 'x'`, `Read-only file system`. */
export function systemText(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error);
  const words = /^E[A-Z0-9]+: ([^,]+)/.exec(text)?.[1] ?? text;
  return words.charAt(0).toUpperCase() + words.slice(1);
}
