/** The files and sockets of the daemon. */
import {
  CONFIG_DIRECTORY,
  HEARTBEAT_PID_FILE,
  RUN_DIRECTORY,
  STATE_DIRECTORY,
} from '@ts-heartbeat/platform/paths';

export const GENERATION_FILE = `${STATE_DIRECTORY}/hb_generation`;
export const UUID_FILE = `${STATE_DIRECTORY}/hb_uuid`;
/** Which respawned clients run; gone with them at a reboot. */
export const CLIENT_RECORD = `${RUN_DIRECTORY}/clients`;
/** There after a heartbeat has ended, until the next one starts or the machine does. */
export const END_FILE = `${RUN_DIRECTORY}/ended`;
export const HACF_FILE = `${CONFIG_DIRECTORY}/ha.cf`;
export const AUTHKEYS_FILE = `${CONFIG_DIRECTORY}/authkeys`;
export const PID_FILE = HEARTBEAT_PID_FILE;

/** True for the command line of a heartbeat, ours or the genuine one. */
export function isHeartbeat(command: readonly string[]): boolean {
  return command.some((word) => word.includes('heartbeat'));
}
