/** Reads `seeds.txt`: the seeds that once found a fault. */
import { isDirectors, type SetName, setNamed } from '../sets.js';

export interface KeptSeed {
  readonly seed: number;
  readonly set: SetName;
  /** When the storm ends, in milliseconds of the run; `undefined`: where it was drawn to end. */
  readonly until: number | undefined;
  readonly what: string;
}

const LINE = /^(0x[0-9a-f]+|\d+) ([\w-]+)(?: until (\d+):(\d\d):(\d\d))? {2}(\S.*)$/;

/** Every seed of the file, in its order. Throws, with the line's number, where one is wrong. */
export function keptSeeds(text: string): readonly KeptSeed[] {
  return text.split('\n').flatMap((line, index) => {
    if (line === '' || line.startsWith('#')) return [];
    const [, seed, word, hours, minutes, seconds, what = ''] = LINE.exec(line) ?? [];
    const set = setNamed(word);
    if (set === undefined) throw new Error(`seeds.txt:${index + 1}: no seed: ${line}`);
    const until =
      hours === undefined
        ? undefined
        : ((Number(hours) * 60 + Number(minutes)) * 60 + Number(seconds)) * 1000;
    if (isDirectors(set) && until !== undefined) {
      throw new Error(`seeds.txt:${index + 1}: a run of the director's is not cut off`);
    }
    return [{ seed: Number(seed), set, until, what }];
  });
}
