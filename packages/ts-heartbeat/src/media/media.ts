/** Makes the media of ha.cf. */
import type { Medium as MediumLine } from '@ts-heartbeat/core/config/media';
import { bcastKind } from './bcast.js';
import { GuardedMedium } from './guarded.js';
import { mcastKind } from './mcast.js';
import type { Medium, Surroundings } from './medium.js';
import { PingMedium } from './ping.js';
import type { Pinger } from './pinger.js';
import { SerialMedium, type SerialOptions } from './serial.js';
import { ucastKind } from './ucast.js';
import { UdpMedium } from './udp.js';

/** What single kinds of media need beside the surroundings. */
export interface MediaParts {
  readonly pinger: Pinger;
  readonly serial?: SerialOptions;
}

/** The medium of one line, not yet open. */
export function makeMedium(line: MediumLine, around: Surroundings, parts: MediaParts): Medium {
  return new GuardedMedium(around, (inside) => make(line, inside, parts));
}

function make(line: MediumLine, around: Surroundings, parts: MediaParts): Medium {
  switch (line.kind) {
    case 'serial':
      return new SerialMedium(line, around, parts.serial);
    case 'mcast':
    case 'mcast6':
      return new UdpMedium(mcastKind(line), around);
    case 'bcast':
      return new UdpMedium(bcastKind(line), around);
    case 'ucast':
    case 'ucast6':
      return new UdpMedium(ucastKind(line), around);
    case 'ping':
    case 'ping6':
    case 'ping_group':
      return new PingMedium(line, parts.pinger, around);
  }
}
