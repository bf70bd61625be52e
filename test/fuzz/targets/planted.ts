/** Targets with faults that were planted: what the fuzzer does not find in them it finds nowhere. */
import { claim, type Target } from '../target.js';

function planted(name: string, run: Target['run']): Target {
  return { name, seeds: () => ['seed'], run };
}

/** Breaks its promise at every input that is not short. */
export const BROKEN = planted('planted-broken', (bytes) => {
  claim(bytes.length < 5, 'a promise is broken');
});

/** Never comes back from an input with a certain letter. */
export const HANGING = planted('planted-hanging', (bytes) => {
  while (bytes.includes(0x7f));
});

/** Waits for what never comes. */
export const SILENT = planted('planted-silent', () => new Promise(() => {}));

const kept: string[] = [];

/** Keeps a hundred kilobytes of every input. */
export const GROWING = planted('planted-growing', (bytes) => {
  kept.push(JSON.stringify({ bytes, filler: Array.from({ length: 25_000 }, (_, at) => at % 10) }));
});
