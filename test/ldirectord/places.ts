/** Where the box keeps what belongs to the simulated kernel. */

export const SIMULATION = '/run/ipvs';
export const TABLE = `${SIMULATION}/table.json`;
export const CALLS = `${SIMULATION}/calls`;
export const LOCK = `${SIMULATION}/lock`;
