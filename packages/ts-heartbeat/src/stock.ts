/** Tells our own scripts in rc.d, and those of the genuine heartbeat, from a user's. */
import { createHash } from 'node:crypto';

/**
 * SHA-256 of our own stock scripts. They are there for whoever changes them; unchanged, their work
 * is done by the daemon itself.
 */
const OWN: ReadonlySet<string> = new Set([
  '07d774d9844ea139950ae9844219d2504b8327bcbab23affb114f63d6d0cc1b2',
  'c9a4d25ca57c9109182f25a9a340d71f91731cc6a4268d7535ff6ce1a316e681',
  '145a3ceae1bf76238254a35458b07e871d9023126b8a8202d6253095489aa99c',
  '79dbe1607f5f95a9c4e885bc15f25c73cc45022d48167deb41c12c962ed00f90',
  '0b0693ca29faf7ba35e31664a3982d4a21a4529e652ddff2246e3c4a8c5c565b',
]);

/**
 * The same of heartbeat 3.0.6 as Debian has them: they may be left from it, and would do the daemon's
 * work a second time.
 */
const GENUINE: ReadonlySet<string> = new Set([
  'c152bd16f9108c8430f1d0a8f1f4615efb0f12190a56bc1e066668a4f5c19700',
  '2a867e92779ba6f0f9dc444690c9121e366466ca573a2b3d22f462d7c28b76d9',
  'ddcd7bd757af52b8d0d2fb9d5be88d28c4bce4992b61e0ecf43746f2c28f5ee6',
  'fd3a080beef9bce32a206e233813680b258b0d02d5a5cc21ba1fa1d3094e4833',
  '1f1d6edbf0dee327cca9d43a047cd9265ede139654e906531e5563217295b4a5',
]);

/** True for the text of a script whose work the daemon does itself. */
export function isStockScript(text: Uint8Array): boolean {
  const digest = createHash('sha256').update(text).digest('hex');
  return OWN.has(digest) || GENUINE.has(digest);
}
