/**
 * What the cluster machine may ask of the resource runner. A job names intentions; the runner reads
 * haresources when the job begins, as the genuine scripts do, so that edits are live.
 */

/** Groups as seen from this node: listed for it, listed for others, or both. */
export type Share = 'local' | 'foreign' | 'all';

/** What a node holds, as said in `rsc_hold`. */
export type Held = 'none' | Share;

export type Job =
  /** `req_our_resources`: take every group of this node that is not yet running. */
  | { readonly kind: 'acquireOwn' }
  /**
   * `req_resource` where another node has to be asked first: which groups of this node, or
   * of others, are not running? Changes nothing; the outcome's `groups` are those.
   */
  | { readonly kind: 'findIdle'; readonly share?: 'foreign' }
  /** `mach_down NODE`: take every group of a dead or departed node. */
  | { readonly kind: 'takeOver'; readonly node: string }
  /** Standby, giving side: stop the groups in file order, each in reverse. */
  | { readonly kind: 'standbyRelease'; readonly share: Share }
  /** Standby, receiving side; the share is seen from this node, without the groups of these keys. */
  | {
      readonly kind: 'standbyAcquire';
      readonly share: Share;
      readonly except?: readonly string[];
    }
  /** Shutdown: stop every group of the file, held or not, in file order, each in reverse. */
  | { readonly kind: 'releaseAll' }
  /** `ResourceManager takegroup KEY` (ip-request-resp). */
  | { readonly kind: 'takeGroup'; readonly key: string }
  /** `ResourceManager givegroup KEY` if the group is owned (ip-request). */
  | { readonly kind: 'giveGroup'; readonly key: string }
  /**
   * After a healed partition: whoever took the other node for the holder shall hear that it is us.
   * Every address of a running group of the share is announced again (gratuitous ARP). Starts and
   * stops nothing and asks no `status`; the outcome's `groups` are those that were announced.
   */
  | { readonly kind: 'announce'; readonly share: Share };

/** How a job ended. */
export interface JobOutcome {
  /** True when every script of the job did what was asked. */
  readonly ok: boolean;
  /** Keys of the groups whose start or stop failed, in the order of failure. */
  readonly failed: readonly string[];
  /** Keys of the groups the job acted on, in order; empty: there was nothing to do. */
  readonly groups: readonly string[];
  /**
   * Those of `failed` of which a resource could not be stopped and still says that it runs: such a
   * group must not be started anywhere else. Absent: none.
   */
  readonly stuck?: readonly string[];
  /** Those of `groups` that haresources lists for this node; needed where the share was `all`. */
  readonly local?: readonly string[];
}
