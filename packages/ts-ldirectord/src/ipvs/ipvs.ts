/** The kernel's IPVS table as the daemon sees it: read it, change it. */
import type { Change } from './change.js';
import type { Table } from './table.js';

export interface ReadOptions {
  /** Read the connection thresholds as well; otherwise they are absent from the destinations. */
  readonly thresholds: boolean;
}

/** A change that the kernel or ipvsadm refused. */
export interface Failure {
  readonly change: Change;
  /** The command line, as the genuine program logs it. */
  readonly command: string;
  /** What was answered, in one line. */
  readonly error: string;
}

export interface Ipvs {
  /** The table as it is now. Rejects with a message for the log when it cannot be read. */
  read(options: ReadOptions): Promise<Table>;
  /**
   * Makes the changes in the order given, in as few calls as possible. A refused change does not
   * keep the others from being made. Resolves to what was refused; never rejects.
   */
  apply(changes: readonly Change[]): Promise<readonly Failure[]>;
}
