/** What a test and the agent in the virtual machine say to each other: one JSON value a line. */

import type { Entry, HostSpec, Line, Outcome, RunOptions } from '../site.js';

/** Every order the agent takes, with what it answers. */
export interface Orders {
  now: { args: []; answer: number };
  addHost: { args: [HostSpec]; answer: null };
  powerOn: { args: [string]; answer: null };
  powerOff: { args: [string]; answer: null };
  unplug: { args: [string]; answer: null };
  plug: { args: [string]; answer: null };
  run: { args: [string, readonly string[], RunOptions]; answer: Outcome };
  /** The order's own number is the task's from then on. */
  start: { args: [string, readonly string[], Entry]; answer: null };
  follow: { args: [string, string]; answer: null };
  write: { args: [number, string]; answer: null };
  stop: { args: [number]; answer: null };
  put: { args: [string, string, string, number]; answer: null };
  readNet: { args: [string, string]; answer: string };
}

export type OrderName = keyof Orders;

/** From the test. */
export type Order = {
  [K in OrderName]: { readonly id: number; readonly order: K; readonly args: Orders[K]['args'] };
}[OrderName];

/** From the agent: it is there; the answer to an order; what a task says; that it has ended. */
export type Report =
  | { readonly ready: true }
  | { readonly id: number; readonly answer: unknown }
  | { readonly id: number; readonly error: string }
  | { readonly task: number; readonly line: Line }
  | { readonly task: number; readonly ended: number };
