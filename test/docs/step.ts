/** What is typed on a node of a pair, and what comes of it. */

export interface Step {
  /** As it stands in a document. */
  readonly command: string;
  /** What is typed for words in capitals and names of the document's own. */
  readonly typed?: string;
  /** On the home node, or on the other one. */
  readonly on: 'loadbalancer' | 'backup' | 'both';
  /** Of its output, both streams. */
  readonly says: RegExp;
  /** Default 0. */
  readonly code?: number;
  /** Goes on until it is ended, once it has said that. */
  readonly stays?: true;
  /** Lines of a node's log that are then awaited. */
  readonly afterwards?: {
    readonly node: 'loadbalancer' | 'backup';
    readonly logs: readonly RegExp[];
  };
}
