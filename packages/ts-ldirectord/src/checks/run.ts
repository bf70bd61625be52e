/** Makes a check: from what is asked to the probe of its kind. */
import {
  type CheckResult,
  type CheckSpec,
  type ExternalSpec,
  longestMs,
  type NegotiateSpec,
} from './check.js';
import { connectProbe } from './connect.js';
import { dnsProbe } from './dns.js';
import { runExternal } from './external.js';
import { ftpProbe } from './ftp.js';
import { httpProbe } from './http.js';
import { imapProbe } from './imap.js';
import { ldapProbe } from './ldap.js';
import { mysqlProbe } from './mysql.js';
import { nntpProbe } from './nntp.js';
import { oracleProbe } from './oracle.js';
import { pgsqlProbe } from './pgsql.js';
import { pingProbe } from './ping.js';
import { popProbe } from './pop.js';
import { beginProbe, type Probe, runProbe } from './probe.js';
import { radiusProbe } from './radius.js';
import { simpletcpProbe } from './simpletcp.js';
import { sipProbe } from './sip.js';
import { smtpProbe } from './smtp.js';
import { TlsRules } from './tls.js';

/** Certificates are not looked at. */
const LENIENT = new TlsRules();

/**
 * Makes one check. Resolves within its limit whatever the server does; never rejects. A program may
 * have to wait for its turn before.
 */
export function runCheck(
  spec: CheckSpec,
  signal: AbortSignal,
  rules = LENIENT,
): Promise<CheckResult> {
  if (spec.kind === 'external') return runExternal(spec, signal);
  return runProbe(probeOf(spec, rules), longestMs(spec), signal);
}

/**
 * As `runCheck`, for those who make many: begins a check and returns the way to give it up. `done`
 * is called once in either case, and never before this returns.
 */
export function beginCheck(
  spec: CheckSpec,
  rules: TlsRules,
  done: (result: CheckResult) => void,
): () => void {
  if (spec.kind === 'external') {
    const controller = new AbortController();
    void runExternal(spec, controller.signal).then(done);
    return () => controller.abort();
  }
  return beginProbe(probeOf(spec, rules), longestMs(spec), done);
}

function probeOf(spec: Exclude<CheckSpec, ExternalSpec>, rules: TlsRules): Probe {
  switch (spec.kind) {
    case 'connect':
      return connectProbe(spec);
    case 'ping':
      return pingProbe(spec);
    case 'negotiate':
      return negotiateProbe(spec, rules);
  }
}

function negotiateProbe(spec: NegotiateSpec, rules: TlsRules): Probe {
  switch (spec.service) {
    case 'http':
    case 'https':
    case 'http_proxy':
      return httpProbe(spec, rules);
    case 'ftp':
      return ftpProbe(spec);
    case 'smtp':
    case 'submission':
      return smtpProbe(spec);
    case 'pop':
    case 'pops':
      return popProbe(spec, rules);
    case 'imap':
    case 'imaps':
      return imapProbe(spec, rules);
    case 'nntp':
      return nntpProbe(spec);
    case 'simpletcp':
      return simpletcpProbe(spec);
    case 'sip':
      return sipProbe(spec);
    case 'ldap':
    case 'ldaps':
      return ldapProbe(spec, rules);
    case 'dns':
      return dnsProbe(spec);
    case 'mysql':
      return mysqlProbe(spec, rules);
    case 'pgsql':
      return pgsqlProbe(spec, rules);
    case 'oracle':
      return oracleProbe(spec);
    case 'radius':
      return radiusProbe(spec);
    case 'none':
      return (settle) => {
        settle({ up: true, message: '' });
        return () => {};
      };
  }
}
