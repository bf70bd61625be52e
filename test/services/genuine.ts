/** Where ldirectord 4.12 is not followed in its verdicts on real servers. */

/** Not tried: it would end the genuine daemon. By the names of standings, with the reason. */
export const UNSPOKEN: Readonly<Record<string, string>> = {
  oracle: 'without its Perl driver the daemon ends at the first check',
};

/** The other verdict. */
export const OTHERWISE: Readonly<Record<string, string>> = {
  'https with the name in the handshake':
    'it names no host in the handshake; ours the virtual host',
};

const SELF_SIGNED = 'a certificate that nobody vouches for is down there, and up with ours';

/** The other verdict, where the machine does not trust the certificate of the server. */
export const UNTRUSTED: Readonly<Record<string, string>> = {
  https: SELF_SIGNED,
  'https over IPv6': SELF_SIGNED,
  pops: SELF_SIGNED,
  imaps: SELF_SIGNED,
};
