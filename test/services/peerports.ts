/** Where the scripted servers listen, and whom they know. */

export const SIP_PORT = 5060;
export const ECHO_PORT = 7;
export const ORACLE_PORT = 1521;
export const KNOWN = 'check@director.test';
