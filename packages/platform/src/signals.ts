/** What a daemon does on which signal. */

/** A handler for each signal of interest; `ignore` for those that must do nothing. */
export type SignalTable = Readonly<Partial<Record<NodeJS.Signals, (() => void) | 'ignore'>>>;

/**
 * Installs the handlers and returns the way to take them out again. Handlers run in the event loop,
 * never in the middle of other code. SIGUSR1 loses its meaning for Node's debugger by being listed.
 */
export function onSignals(table: SignalTable): () => void {
  const installed: Array<[NodeJS.Signals, () => void]> = [];
  for (const [name, action] of Object.entries(table)) {
    const signal = name as NodeJS.Signals;
    const listener = action === 'ignore' ? () => undefined : action;
    process.on(signal, listener);
    installed.push([signal, listener]);
  }
  return () => {
    for (const [signal, listener] of installed) process.off(signal, listener);
  };
}
