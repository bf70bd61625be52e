/** The text of an error as the C library would print it, where we know it. */

const TEXTS: Readonly<Record<string, string>> = {
  EACCES: 'Permission denied',
  EADDRINUSE: 'Address already in use',
  EADDRNOTAVAIL: 'Cannot assign requested address',
  EAGAIN: 'Resource temporarily unavailable',
  EHOSTUNREACH: 'No route to host',
  EINVAL: 'Invalid argument',
  EIO: 'Input/output error',
  EMSGSIZE: 'Message too long',
  ENETDOWN: 'Network is down',
  ENETUNREACH: 'Network is unreachable',
  ENOBUFS: 'No buffer space available',
  ENODEV: 'No such device',
  ENXIO: 'No such device or address',
  EPERM: 'Operation not permitted',
};

/** The text of an error number's name such as `ENETUNREACH`; the name where we know no text. */
export function textOfCode(code: string): string {
  return TEXTS[code] ?? code;
}

/** The text of whatever was thrown. */
export function errorText(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const code = 'code' in error ? String(error.code) : '';
  return TEXTS[code] ?? error.message;
}
