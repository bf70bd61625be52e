/** From a configuration to the director's state: what is kept of the one before, what is new. */
import type { Configuration, Real, Virtual } from '../config/config.js';
import { destinationKey, kernelPort, serviceKey, type Table } from '../ipvs/table.js';
import { type Checking, checkingOf } from './checkspec.js';
import { Row } from './row.js';
import type { CheckState, DirectorState, RealState, VirtualState } from './state.js';

/** The virtuals of a configuration, each real with what the former state knew of it. */
export function configureVirtuals(
  configuration: Configuration,
  before: DirectorState,
): readonly VirtualState[] {
  const known = new Map(before.virtuals.map((state) => [state.key, state]));
  return configuration.virtuals.map((virtual) => {
    const key = serviceKey(virtual.target);
    const former = known.get(key);
    // Another command has not been told anything yet.
    const same = former?.virtual.fallbackCommand === virtual.fallbackCommand;
    const told = same && former?.told !== undefined ? { told: former.told } : {};
    return { virtual, key, reals: configureReals(virtual, former), ...told };
  });
}

function configureReals(virtual: Virtual, former: VirtualState | undefined): readonly RealState[] {
  const states: RealState[] = [];
  for (const real of virtual.reals) {
    const twin = states.find((state) => state.real.checkIdentity === real.checkIdentity);
    if (twin !== undefined) continue;
    const port = kernelPort(virtual.target, real.forwarding, real.port);
    const place = { address: real.address, port };
    const key = destinationKey(place);
    const fresh: RealState = { real, place, key, status: 'unchecked', failures: 0, held: false };
    const checking = checkingOf(virtual, real);
    const old = formerOf(former, real, key);
    if (checking.kind === 'always') states.push({ ...fresh, status: 'up' });
    else if (former === undefined || old === undefined) states.push(fresh);
    else states.push(keep(fresh, old, checking, former.virtual));
  }
  return states;
}

/** A server whose port has changed, but not its place in the kernel, serves there as before. */
function formerOf(
  former: VirtualState | undefined,
  { port }: Real,
  key: string,
): RealState | undefined {
  const there = former?.reals.filter((state) => state.key === key) ?? [];
  return (
    there.find(({ real }) => real.port === port) ??
    there.find(({ status, held }) => status === 'up' && !held)
  );
}

/** A server that is up stays so until a check fails; other results are void for another check. */
function keep(
  fresh: RealState,
  old: RealState,
  checking: Checking,
  formerVirtual: Virtual,
): RealState {
  const { status, failures, held } = old;
  const former = checkingOf(formerVirtual, old.real);
  const same = identityOf(checking) === identityOf(former);
  if (held) return { ...fresh, status: 'down', held };
  return status === 'up' || same ? { ...fresh, status, failures } : fresh;
}

function identityOf(checking: Checking): string {
  return checking.kind === 'check' ? checking.identity : checking.kind;
}

/**
 * The checks of all virtuals, equal ones once. A check that is under way goes on for the new
 * configuration when that asks the same.
 */
export function configureChecks(
  virtuals: readonly VirtualState[],
  before: Row<CheckState>,
): Row<CheckState> {
  const under = new Map([...before].map((check) => [check.identity, check]));
  const found = new Map<string, CheckState & { members: { virtual: number; real: number }[] }>();
  for (const [virtual, state] of virtuals.entries()) {
    for (const [real, member] of state.reals.entries()) {
      const checking = checkingOf(state.virtual, member.real);
      if (checking.kind !== 'check') continue;
      const { identity, spec, between } = checking;
      const twin = found.get(identity);
      if (twin !== undefined) {
        twin.members.push({ virtual, real });
        continue;
      }
      const former = under.get(identity);
      found.set(identity, {
        identity,
        spec,
        ...(between === undefined ? {} : { between }),
        intervalMs: state.virtual.check.interval,
        members: [{ virtual, real }],
        // A reload begins with the whole check again (ldirectord 4.12).
        betweenLeft: 0,
        ...(former?.running === undefined ? {} : { running: former.running }),
        answered: false,
        ...(former?.impossible === undefined ? {} : { impossible: former.impossible }),
      });
    }
  }
  return Row.of([...found.values()]);
}

/**
 * What the table shows to be in service, and is not checked yet, counts as up until its first check
 * fails: a restart of the daemon takes no server out. A real that is never checked and not in
 * service is down.
 */
export function adopt(state: VirtualState, table: Table): VirtualState {
  const present = table.get(state.key);
  if (!state.reals.some((real) => real.status === 'unchecked')) return state;
  const reals = state.reals.map((real): RealState => {
    if (real.status !== 'unchecked') return real;
    const weight = present?.destinations.get(real.key)?.contents.weight ?? 0;
    if (weight > 0) return { ...real, status: 'up' };
    return state.virtual.check.type === 'off' ? { ...real, status: 'down' } : real;
  });
  return { ...state, reals };
}
