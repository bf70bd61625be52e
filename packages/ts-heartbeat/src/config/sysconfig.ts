/**
 * Settings that the genuine heartbeat lacks, from /etc/sysconfig/heartbeat or
 * /etc/default/heartbeat. With neither file everything is as the genuine program has it.
 */
import { parseBoolean, parseTime } from '@ts-heartbeat/core/config/values';
import { readSysconfig, type Sysconfig } from '@ts-heartbeat/platform/sysconfig';

/** What to do when a resource cannot be stopped and still runs. */
export type StopFailurePolicy = 'reboot' | 'fence' | 'stay';

export interface ExtraSettings {
  /** STOP_FAILURE_POLICY. The genuine scripts reboot the machine. */
  readonly stopFailurePolicy: StopFailurePolicy;
  /** SCRIPT_DEADLINE, milliseconds; absent: the resource runner's own. */
  readonly scriptDeadline?: number;
  /** STATUS_DEADLINE, milliseconds: the same for `status`. */
  readonly statusDeadline?: number;
  /** REBOOT_COMMAND: the program that reboots the machine, and its arguments. */
  readonly rebootCommand?: string;
  /** FENCE_COMMAND: the program that has this machine reset from outside. */
  readonly fenceCommand?: string;
  /** SERIAL_RTSCTS: flow control of serial lines, which the genuine program always turns on. */
  readonly serialRtscts: boolean;
}

export interface ExtraReading {
  readonly settings: ExtraSettings;
  /** One warning each; a bad value counts as absent. */
  readonly problems: readonly string[];
}

/** Everything known. The genuine init script of Debian knows some names of its own. */
const NAMES = [
  'STOP_FAILURE_POLICY',
  'SCRIPT_DEADLINE',
  'STATUS_DEADLINE',
  'REBOOT_COMMAND',
  'FENCE_COMMAND',
  'SERIAL_RTSCTS',
];

function policyOf(word: string): StopFailurePolicy | undefined {
  return word === 'reboot' || word === 'fence' || word === 'stay' ? word : undefined;
}

/** Gives the values their types. */
export function extraSettings({ values, problems: raised }: Sysconfig): ExtraReading {
  const problems = [...raised];
  const read = <T>(name: string, parse: (text: string) => T | undefined, wanted: string) => {
    const text = values.get(name);
    if (text === undefined || text === '') return undefined;
    const value = parse(text);
    if (value === undefined) problems.push(`${name}: [${text}] is ignored: ${wanted}`);
    return value;
  };
  const timeOf = (text: string): number | undefined => {
    const millis = parseTime(text);
    return millis !== undefined && millis > 0 ? millis : undefined;
  };
  const text = (word: string): string => word;
  const aTime = 'a time such as 600 or 500ms is wanted';
  const policy = read('STOP_FAILURE_POLICY', policyOf, 'reboot, fence or stay is wanted');
  const scriptDeadline = read('SCRIPT_DEADLINE', timeOf, aTime);
  const statusDeadline = read('STATUS_DEADLINE', timeOf, aTime);
  const rebootCommand = read('REBOOT_COMMAND', text, '');
  const fenceCommand = read('FENCE_COMMAND', text, '');
  const serialRtscts = read('SERIAL_RTSCTS', parseBoolean, 'yes or no is wanted');
  for (const name of values.keys()) {
    if (!NAMES.includes(name)) problems.push(`${name}: no such setting`);
  }
  return {
    settings: {
      stopFailurePolicy: policy ?? 'reboot',
      serialRtscts: serialRtscts ?? true,
      ...(scriptDeadline !== undefined && { scriptDeadline }),
      ...(statusDeadline !== undefined && { statusDeadline }),
      ...(rebootCommand !== undefined && { rebootCommand }),
      ...(fenceCommand !== undefined && { fenceCommand }),
    },
    problems,
  };
}

/** Reads the file of this machine; `root` stands before its path. */
export function readExtraSettings(root = ''): ExtraReading {
  return extraSettings(readSysconfig('heartbeat', root));
}

/** The command line of the resource runner that these settings ask for. */
export function runnerArguments(settings: ExtraSettings): readonly string[] {
  const words = ['--stop-policy', settings.stopFailurePolicy];
  const option = (name: string, value: string | number | undefined): void => {
    if (value !== undefined) words.push(`--${name}`, String(value));
  };
  const { scriptDeadline, statusDeadline } = settings;
  option('deadline', scriptDeadline === undefined ? undefined : scriptDeadline / 1000);
  option('status-deadline', statusDeadline === undefined ? undefined : statusDeadline / 1000);
  option('reboot-command', settings.rebootCommand);
  option('fence-command', settings.fenceCommand);
  return words;
}
