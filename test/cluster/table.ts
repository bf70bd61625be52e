/** Tables on the terminal: columns as wide as their widest cell. */

/** Prints a title, a row of heads and the rows below it. */
export function printTable(
  title: string,
  heads: readonly string[],
  rows: readonly (readonly string[])[],
): void {
  const all = [heads, ...rows];
  const widths = heads.map((_head, n) => Math.max(...all.map((row) => row[n]?.length ?? 0)));
  const line = (row: readonly string[]): string =>
    row.map((cell, n) => cell.padEnd(widths[n] ?? 0)).join('  ');
  console.log([title, ...all.map((row) => `  ${line(row).trimEnd()}`)].join('\n'));
}

/** A duration for a table: seconds with two decimals. */
export function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(2)} s`;
}
