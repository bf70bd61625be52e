/** Makes a check: from what is asked to the probe of its kind. */
import { type CheckResult, type CheckSpec, longestMs, type NegotiateSpec } from './check.js';
import { connectProbe } from './connect.js';
import { externalProbe, pingProbe } from './external.js';
import { httpProbe } from './http.js';
import { type Probe, runProbe } from './probe.js';

/** Makes one check. Resolves within its limit whatever the server does; never rejects. */
export function runCheck(spec: CheckSpec, signal: AbortSignal): Promise<CheckResult> {
  return runProbe(probeOf(spec), longestMs(spec), signal);
}

function probeOf(spec: CheckSpec): Probe {
  switch (spec.kind) {
    case 'connect':
      return connectProbe(spec);
    case 'ping':
      return pingProbe(spec);
    case 'external':
      return externalProbe(spec);
    case 'negotiate':
      return negotiateProbe(spec);
  }
}

function negotiateProbe(spec: NegotiateSpec): Probe {
  switch (spec.service) {
    case 'http':
    case 'https':
    case 'http_proxy':
      return httpProbe(spec);
    case 'none':
      return (settle) => {
        settle({ up: true, message: '' });
        return () => {};
      };
    default:
      return (settle) => {
        const message = `this version has no check of service ${spec.service}`;
        settle({ up: false, message, impossible: true });
        return () => {};
      };
  }
}
