/** What we call ourselves: to others the heartbeat whose behaviour we have, and our own version. */

/**
 * Where others read a version and act on it: the version of heartbeat that decides what is right.
 */
export const REFEREE_VERSION = '3.0.6';

/** The same with its build, as `heartbeat -V` prints it and the client API gives it. */
export const REFEREE_BUILD = '3.0.6 (node: 958e11be8686759f1b99204c17812f2c2633b169)';

/** Our own version: that of the package. */
export const VERSION = '0.1.0';
