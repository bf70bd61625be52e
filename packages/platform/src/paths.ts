/** Where things are on a machine that runs heartbeat: the places the genuine programs use. */

export const CONFIG_DIRECTORY = '/etc/ha.d';
export const STATE_DIRECTORY = '/var/lib/heartbeat';
export const RUN_DIRECTORY = '/var/run/heartbeat';
/** Working files of resources and of the runner; emptied by a reboot. */
export const RESOURCE_TMP_DIRECTORY = `${RUN_DIRECTORY}/rsctmp`;
export const HEARTBEAT_PID_FILE = '/var/run/heartbeat.pid';
export const HEARTBEAT_FIFO = `${STATE_DIRECTORY}/fifo`;
export const CLIENT_SOCKET = `${RUN_DIRECTORY}/register`;
export const RUNNER_SOCKET = `${RUN_DIRECTORY}/runner`;
