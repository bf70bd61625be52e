/** What ldirectord calls itself, to people and to programs that parse it. */

/** The version of the genuine program that this one stands for. */
export const DIRECTOR_VERSION = 'Linux Director v1.186-ha';
/** Our own. */
export const OWN_VERSION = 'ts-ldirectord 0.1.0';

/** `ldirectord -v` (4.12). */
export const VERSION_TEXT = `${DIRECTOR_VERSION}
1999-2006 Jacob Rief, Horms and others
<http://www.vergenet.net/linux/ldirectord/>

ldirectord comes with ABSOLUTELY NO WARRANTY.
This is free software, and you are welcome to redistribute it
under certain conditions. See the GNU General Public Licence for details.
`;

/** What `--version` says beside. */
export const OWN_VERSION_TEXT = `
${OWN_VERSION}, an independent implementation, Apache License 2.0
`;
