/** What the log calls a signal that ended a program (heartbeat 3.0.6). */
import os from 'node:os';

const TEXTS: Readonly<Record<string, string>> = {
  SIGHUP: 'Hangup',
  SIGINT: 'Interrupt',
  SIGQUIT: 'Quit',
  SIGILL: 'Illegal instruction',
  SIGTRAP: 'Trace',
  SIGABRT: 'Abort',
  SIGBUS: 'BUS error',
  SIGFPE: 'Floating-point exception',
  SIGKILL: 'Kill, unblockable',
  SIGUSR1: 'User-defined signal 1',
  SIGSEGV: 'Segmentation violation',
  SIGUSR2: 'User-defined signal 2',
  SIGPIPE: 'Broken pipe (POSIX)',
  SIGALRM: 'Alarm clock (POSIX)',
  SIGTERM: 'Termination (ANSI)',
  SIGXCPU: 'CPU limit exceeded',
  SIGXFSZ: 'File size limit exceeded',
  SIGSYS: 'Bad system call',
};

/** `signal 9 [SIGKILL - Kill, unblockable]`; without the brackets for a rare one. */
export function signalText(signal: NodeJS.Signals): string {
  const number = os.constants.signals[signal];
  const text = TEXTS[signal];
  return text === undefined ? `signal ${number}` : `signal ${number} [${signal} - ${text}]`;
}
