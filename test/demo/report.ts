/** The final table: what was done, what should come of it, what came, and the longest gap; pure. */

export interface Result {
  readonly title: string;
  readonly expected: string;
  readonly actual: string;
  readonly ok: boolean;
  readonly seconds: number;
  /** Longest time without an answer; none where no client was asking. */
  readonly gapMs?: number;
  readonly goalMs?: number;
}

function missed(result: Result): boolean {
  return (result.gapMs ?? 0) >= (result.goalMs ?? Number.POSITIVE_INFINITY);
}

function gap(result: Result): string {
  if (result.gapMs === undefined) return '';
  const goal = result.goalMs === undefined ? '' : ` (goal ${(result.goalMs / 1000).toFixed(1)})`;
  return `${(result.gapMs / 1000).toFixed(2)} s${goal}${missed(result) ? ' missed' : ''}`;
}

/** The lines of the table; every word of a result is in it, however narrow the terminal is. */
export function report(results: readonly Result[]): string[] {
  const lines = ['step  outcome  took     longest gap             what'];
  results.forEach((result, index) => {
    const outcome = (result.ok ? 'as it should' : 'OTHERWISE').padEnd(12);
    const took = `${result.seconds.toFixed(1)} s`.padStart(7);
    const number = String(index + 1).padStart(3);
    lines.push(
      `${number}   ${outcome} ${took}   ${gap(result).padEnd(24)} ${result.title}`,
      `${' '.repeat(27)}expected: ${result.expected}`,
      `${' '.repeat(27)}actual:   ${result.actual}`,
    );
  });
  const late = results.filter(missed).length;
  if (late > 0) lines.push('', `${late} gaps were longer than the goal: is this machine busy?`);
  return lines;
}
