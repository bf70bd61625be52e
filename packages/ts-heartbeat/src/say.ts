/** How a part of the daemon writes a line of the log. */
import type { Severity } from '@ts-heartbeat/core/log';

/** Never throws, never waits. The text is without time, host and severity word. */
export type Say = (severity: Severity, text: string) => void;
