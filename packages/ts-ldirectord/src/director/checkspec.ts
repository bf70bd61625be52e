/** From a virtual and its real in the configuration to the check that is made of it. */
import type { CheckSpec, ConnectSpec, NegotiateSpec, PingSpec } from '../checks/check.js';
import type { Real, Virtual } from '../config/config.js';
import { bracketed } from '../ipvs/address.js';

/** `always` and `never` up need no check: checktype on and off, and service none. */
export type Checking =
  | { readonly kind: 'always' | 'never' }
  | {
      readonly kind: 'check';
      readonly identity: string;
      readonly spec: CheckSpec;
      readonly between?: { readonly spec: CheckSpec; readonly times: number };
    };

/** How a real is checked (ldirectord 4.12): a connect to a udp service is a ping. */
export function checkingOf(virtual: Virtual, real: Real): Checking {
  const { check } = virtual;
  switch (check.type) {
    case 'on':
      return { kind: 'always' };
    case 'off':
      return { kind: 'never' };
    case 'connect':
      return identified(
        virtual,
        real,
        virtual.target.protocol === 'udp' ? ping(virtual, real) : connect(virtual, real),
      );
    case 'ping':
      return identified(virtual, real, ping(virtual, real));
    case 'external':
    case 'external-perl':
      return identified(virtual, real, external(virtual, real));
    case 'negotiate':
      if (check.service === 'none') return { kind: 'always' };
      return identified(virtual, real, negotiate(virtual, real));
    case 'combined':
      // To connect a UDP socket proves nothing: there every check is a negotiate.
      if (virtual.target.protocol === 'udp') {
        return identified(virtual, real, negotiate(virtual, real));
      }
      return identified(virtual, real, negotiate(virtual, real), {
        spec: connect(virtual, real),
        times: check.connects,
      });
  }
}

/**
 * Reals of several virtuals share a check when it is the same in the genuine program's eyes and
 * asks the same of the server: there, the login and the limits of the first virtual decide for all.
 */
function identified(
  virtual: Virtual,
  real: Real,
  spec: CheckSpec,
  between?: { readonly spec: CheckSpec; readonly times: number },
): Checking {
  const asked = { ...spec, receive: real.receive?.source };
  const identity = JSON.stringify([real.checkIdentity, virtual.check.interval, asked, between]);
  return { kind: 'check', identity, spec, ...(between === undefined ? {} : { between }) };
}

function connect(virtual: Virtual, real: Real): ConnectSpec {
  const { address, checkPort } = real;
  return { kind: 'connect', address, port: checkPort, timeout: virtual.check.checkTimeout };
}

function ping(virtual: Virtual, real: Real): PingSpec {
  const { count, checkTimeout } = virtual.check;
  return { kind: 'ping', address: real.address, count, timeout: checkTimeout };
}

function external(virtual: Virtual, real: Real): CheckSpec {
  const { target, check } = virtual;
  const where =
    target.kind === 'mark'
      ? [String(target.mark), '0']
      : [bracketed(target.address), String(target.port)];
  return {
    kind: 'external',
    perl: check.type === 'external-perl',
    command: check.command,
    args: [...where, bracketed(real.address), String(real.port)],
    timeout: check.checkTimeout,
  };
}

function negotiate(virtual: Virtual, real: Real): NegotiateSpec {
  const { check } = virtual;
  // These two are held to the other limit in the genuine program.
  const short = check.service === 'radius' || check.service.startsWith('ldap');
  return {
    kind: 'negotiate',
    service: check.service,
    protocol: virtual.target.protocol,
    address: real.address,
    port: real.checkPort,
    timeout: short ? check.checkTimeout : check.negotiateTimeout,
    request: real.request,
    url: real.url,
    method: check.httpMethod,
    ...(check.virtualHost === undefined ? {} : { virtualHost: check.virtualHost }),
    ...(real.receive === undefined ? {} : { receive: real.receive }),
    login: check.login,
    password: check.password,
    database: check.database,
    secret: check.secret,
  };
}
