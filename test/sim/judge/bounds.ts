/** The spans that the invariants speak of, in milliseconds, from what is known of the cluster. */
import type { Watched } from '../observation.js';

/** A loop that is not slow is never later than this. */
export const LATENESS = 500;
/** Clocks may run wrong by so much (500 ppm each), and instants are whole milliseconds. */
const DRIFT = 0.001;
/** What is granted for talk and pauses that no setting names. */
const MINUTE = 60_000;
/** The longest pause before a group that could be started nowhere is tried again. */
export const TROUBLE_PAUSE = 600_000;

/** How wrong a span may be measured by a host whose clock drifts. */
export function slack(span: number): number {
  return 2 + span * DRIFT;
}

/** The longest time in which scripts of all groups stop and start once, a status before each. */
export function allScripts(watched: Watched): number {
  const scripts = watched.groups.reduce((sum, { resources }) => sum + resources.length, 0);
  return 3 * scripts * watched.scriptMax;
}

/** So long without a status one node may have begun to take another for dead. */
export function silenceSpan({ deadtime, keepalive }: Watched): number {
  return Math.max(1, deadtime - keepalive);
}

/** `W`: how far back from the begin of a double holding its excuse may lie. */
export function excuseSpan(watched: Watched): number {
  return watched.deadtime + 2 * watched.keepalive + LATENESS + allScripts(watched);
}

/** A genuine node that nobody answers is in flux for so long (heartbeat 3.0.6). */
const FLUX = 10_000;
/** Beside a genuine node a life ends so long after both were seen to hold something. */
const GIVE_UP_PAUSE = 2000;

/**
 * `X`: a double holding ends within this once messages get through both ways. The node that lets go
 * may have other groups' scripts to do before, and the talk about it is said again each half
 * second. A genuine node says no word of it, and what it says it holds can be trusted only when it
 * is no longer in flux.
 */
export function doubleSpan(watched: Watched): number {
  const mixed = watched.nodes.some(({ genuine }) => genuine);
  const talk = 2 * watched.keepalive + 2 * LATENESS + 1000 + allScripts(watched);
  return mixed ? talk + FLUX + GIVE_UP_PAUSE : talk;
}

/** So long after all faults have ended a cluster may take to be settled. */
export function settleBound(watched: Watched): number {
  const { initdead, deadtime, keepalive } = watched;
  return initdead + 2 * deadtime + 10 * keepalive + 2 * allScripts(watched) + MINUTE;
}

/** An instant in plain words: `0:12:04.318`. */
export function clock(at: number): string {
  const whole = Math.floor(at / 1000);
  const two = (value: number): string => String(value).padStart(2, '0');
  const [hours, minutes] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60];
  const rest = String(Math.floor(at % 1000)).padStart(3, '0');
  return `${hours}:${two(minutes)}:${two(whole % 60)}.${rest}`;
}

/** A span in plain words: `30.2 s`. */
export function seconds(span: number): string {
  return `${(span / 1000).toFixed(3).replace(/0+$/, '').replace(/\.$/, '')} s`;
}
