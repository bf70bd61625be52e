/** What goes into the box and what comes out of it. */

/** The files of one trial; absent ones do not exist. One character is one byte. */
export interface Configuration {
  readonly hacf?: string | undefined;
  readonly authkeys?: string | undefined;
  readonly haresources?: string | undefined;
  readonly nodeinfo?: string | undefined;
  /** Of authkeys. */
  readonly mode?: number | undefined;
}

export interface Verdict {
  readonly stderr: string;
  readonly exitCode: number;
}

export interface Outcome {
  readonly genuine: Verdict;
  readonly ours: Verdict & {
    /** Lines that the genuine program has not. */
    readonly own: string;
  };
}
