/** What a message may at most be. Everything that comes from outside is measured against these. */

/** Bytes of one encoded message on any medium and in the client API (MAXMSG, heartbeat 2.1). */
export const MESSAGE_BYTES_MAX = 256 * 1024;

/**
 * Bytes of a message that a client hands in for the cluster, before the daemon adds its fields. It
 * must fit a datagram; messages of 60 kB were seen to be accepted by heartbeat 2.1 and 3.0.6.
 */
export const CLIENT_MESSAGE_BYTES_MAX = 60_000;

/**
 * Fields of one message. Real ones have some fifteen; the limit keeps what an unauthenticated
 * sender makes us allocate near the size of what he sent.
 */
export const FIELDS_MAX = 1000;

/** Nested messages within one another (heartbeat 2.1). */
export const DEPTH_MAX = 16;
