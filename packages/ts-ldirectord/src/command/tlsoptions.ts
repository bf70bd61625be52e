/**
 * Whether the certificates of servers are verified, which ldirectord.cf has no words for: from
 * /etc/sysconfig/ldirectord, or /etc/default/ldirectord on Debian. Read when a daemon starts.
 */
import { X509Certificate } from 'node:crypto';
import { readFileSync, statSync } from 'node:fs';
import { readSysconfig } from '@ts-heartbeat/platform/sysconfig';
import { messageOf } from '../checks/probe.js';
import { TlsRules } from '../checks/tls.js';

/** The bundle of a distribution has a quarter of a megabyte. */
const CA_BYTES_MAX = 4 * 1024 * 1024;

const PREFIX = 'LDIRECTORD_TLS_';
const VERIFY = `${PREFIX}VERIFY`;
const CA = `${PREFIX}CA`;

/** The rules, or in one line why none can be made: nothing may start then. */
export type TlsReading =
  | { readonly rules: TlsRules; readonly problem?: undefined }
  | { readonly problem: string };

/** Reads the file of this machine; `root` stands before its path. */
export function readTlsOptions(root = ''): TlsReading {
  return tlsOptions(readSysconfig('ldirectord', root).values);
}

/** Gives the options their meaning. An empty value is as none. */
export function tlsOptions(values: ReadonlyMap<string, string>): TlsReading {
  for (const name of values.keys()) {
    const known = name === VERIFY || name === CA || !name.startsWith(PREFIX);
    if (!known) return { problem: `${name}: no such option` };
  }
  const verify = values.get(VERIFY) ?? '';
  const path = values.get(CA) ?? '';
  switch (verify) {
    case 'yes':
      return path === '' ? { rules: new TlsRules({ verify: true }) } : trusting(path);
    case 'no':
      return { rules: new TlsRules() };
    case '':
      if (path === '') return { rules: new TlsRules() };
      return { problem: `${CA} is set, but ${VERIFY} is not` };
    default:
      return { problem: `${VERIFY}: [${verify}] is neither yes nor no` };
  }
}

function trusting(path: string): TlsReading {
  try {
    const found = statSync(path);
    // Looked at before it is opened: a pipe would be waited for, a device has no end.
    if (!found.isFile()) return { problem: `${CA}: ${path} is no file` };
    if (found.size > CA_BYTES_MAX) return { problem: `${CA}: ${path} is too long` };
    const ca = readFileSync(path, 'latin1');
    const blocks = ca.match(/-----BEGIN (?:TRUSTED )?CERTIFICATE-----[^-]*-----END [^-]*-----/g);
    if (!blocks) return { problem: `${CA}: ${path} holds no certificate` };
    for (const block of blocks) new X509Certificate(block);
    const rules = new TlsRules({ verify: true, ca });
    rules.context();
    return { rules };
  } catch (error) {
    return { problem: `${CA}: ${path} cannot be used: ${messageOf(error)}` };
  }
}
