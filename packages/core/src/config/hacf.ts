/** ha.cf: text and machine in, settings and problems out. Measured against heartbeat 3.0.6. */
import { addDefaultRules, takeApiAuth } from './apiauth.js';
import { checkWhole } from './checks.js';
import { takeClient } from './clientlines.js';
import { Draft } from './draft.js';
import { type ConfigFile, piecesOf } from './file.js';
import { LINEUP } from './lineup.js';
import { LOGGING, logSettings } from './logging.js';
import type { Machine } from './machine.js';
import {
  isLineMedium,
  isWordMedium,
  MEDIUM_NAMES,
  takeLineMedium,
  takeWordMedia,
} from './medialines.js';
import type { Problem } from './problem.js';
import { ProblemList, WHOLE_FILE } from './problemlist.js';
import { SCALARS, type TakeWord } from './scalars.js';
import type { LogSettings, Settings } from './settings.js';
import { SPEED } from './speed.js';
import { takeStonith, takeStonithHost } from './stonithlines.js';
import { blankWords, commaWords, type Line, lineOf } from './words.js';

/** What an ha.cf says. */
export interface HaCfReading {
  /** Absent when there is an error. */
  readonly settings?: Settings;
  /** Everything wrong with single lines, in their order; then the missing users of built-in rules. */
  readonly lineProblems: readonly Problem[];
  /**
   * Everything wrong with the whole. Looked for only when the lines are right, as the genuine
   * program does: what is missing may stand on a line that could not be read.
   */
  readonly wholeProblems: readonly Problem[];
  /** Where the log goes as far as that is known, for saying what is wrong. */
  readonly log: LogSettings;
}

const WORD_DIRECTIVES: ReadonlyMap<string, TakeWord> = new Map([
  ...SCALARS,
  ...LINEUP,
  ...SPEED,
  ...LOGGING,
]);

/** Accepted, but no parameter that scripts or clients can see. */
const UNRECORDED = new Set(['node', 'env', 'nice_failback', 'use_apphbd', 'normalpoll']);

/** Every directive that is not called illegal. */
export const DIRECTIVES: readonly string[] = [
  ...WORD_DIRECTIVES.keys(),
  ...MEDIUM_NAMES,
  ...['respawn', 'failfast', 'apiauth', 'stonith', 'stonith_host'],
];

/** Reads ha.cf. Never throws; the time is linear in the length of the text. */
export function parseHaCf(file: ConfigFile, machine: Machine): HaCfReading {
  const draft = new Draft(file, machine);
  const lines = draft.problems;
  if (file.text === undefined) reportMissing(lines, file);
  else {
    for (const piece of piecesOf(file.text)) {
      const line = lineOf(piece);
      if (line !== undefined) takeLine(draft, line);
    }
    addDefaultRules(draft);
  }
  const whole = new ProblemList(file.path);
  if (!lines.failed) {
    draft.problems = whole;
    checkWhole(draft);
  }
  return {
    ...(!lines.failed && !whole.failed && { settings: settingsOf(draft) }),
    lineProblems: lines.list(),
    wholeProblems: whole.list(),
    log: logSettings(draft),
  };
}

function reportMissing(problems: ProblemList, { path, denied }: ConfigFile): void {
  const code = denied === true ? 'HA_CF_DENIED' : 'HA_CF_MISSING';
  problems.error(WHOLE_FILE, code, `Cannot open config file [${path}]`);
  for (const text of sampleAdvice(path)) problems.info(WHOLE_FILE, code, text);
}

/** What heartbeat 3.0.6 says when ha.cf or haresources is missing. */
export function sampleAdvice(path: string): readonly string[] {
  return [
    `An annotated sample ${path} file is provided in the documentation.`,
    `Please copy it to ${path}, read it, customize it, and try again.`,
  ];
}

function takeLine(draft: Draft, { directive, rest }: Line): void {
  const name = directive.text;
  const takeWord = WORD_DIRECTIVES.get(name);
  if (takeWord !== undefined) {
    for (const word of commaWords(rest)) {
      if (!takeWord(draft, word) || UNRECORDED.has(name)) continue;
      draft.parameters.set(name === 'crm' ? 'pacemaker' : name, word.text);
    }
  } else if (isWordMedium(name)) takeWordMedia(draft, directive, commaWords(rest));
  else if (isLineMedium(name)) takeLineMedium(draft, directive, blankWords(rest), rest.text);
  else if (name === 'respawn' || name === 'failfast') takeClient(draft, directive, rest);
  else if (name === 'apiauth') takeApiAuth(draft, rest);
  else if (name === 'stonith') takeStonith(draft, rest);
  else if (name === 'stonith_host') takeStonithHost(draft, rest);
  else {
    const text = `Illegal directive [${name}] in ${draft.path}`;
    draft.reject(directive, 'HA_CF_ILLEGAL_DIRECTIVE', text);
  }
}

function settingsOf(draft: Draft): Settings {
  const { times, numbers, flags, texts } = draft;
  const coreroot = texts.get('coreroot');
  const watchdog = texts.get('watchdog');
  const stonith = draft.stonith.at(-1);
  return {
    localNode: draft.localNode,
    nodes: draft.nodes,
    media: draft.media,
    keepalive: times.get('keepalive') ?? 0,
    deadtime: times.get('deadtime') ?? 0,
    warntime: times.get('warntime') ?? 0,
    initdead: times.get('initdead') ?? 0,
    deadping: times.get('deadping') ?? 0,
    hopfudge: numbers.get('hopfudge') ?? 1,
    autoFailback: draft.autoFailback,
    maxRexmitDelay: numbers.get('max_rexmit_delay') ?? 250,
    generationMethod: draft.generationMethod,
    uuidFrom: draft.uuidFrom,
    realtime: flags.get('realtime') ?? true,
    realtimePriority: numbers.get('rtprio') ?? 1,
    coredumps: flags.get('coredumps') ?? true,
    ...(coreroot !== undefined && { coreroot }),
    ...(watchdog !== undefined && { watchdog }),
    ...(stonith !== undefined && { stonith, stonithDevices: draft.stonith }),
    clients: draft.clients,
    apiauth: [...draft.apiauth.values()],
    log: logSettings(draft),
    environment: draft.environment,
    parameters: draft.parameters,
  };
}
