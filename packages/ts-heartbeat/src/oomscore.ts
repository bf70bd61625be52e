/** Keeps the daemon's protection from the kernel's OOM killer to the daemon. */
import { writeFileSync } from 'node:fs';

/** Gives a child the ordinary chance to be ended when memory runs out: a child inherits ours. */
export function ordinaryOomScore(pid: number | undefined): void {
  if (pid === undefined) return;
  try {
    writeFileSync(`/proc/${pid}/oom_score_adj`, '0');
  } catch {
    // It has ended already, or there is no /proc.
  }
}
