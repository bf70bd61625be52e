/** Tells our own scripts in rc.d, and those of the genuine heartbeat, from a user's. */
import { createHash } from 'node:crypto';

/**
 * SHA-256 of our own stock scripts. They are there for whoever changes them; unchanged, their work
 * is done by the daemon itself.
 */
const OWN: ReadonlySet<string> = new Set([
  '116c9e82e7505060236ee2f1f98ad4cf3153ea5fd7551de3576dc12266ce17d9',
  '0486f567d6eb9ba8a315aabc3c3eddeb751a4cf93a252d39159c186f9c505c0b',
  '1e36c99292d0f91e255e4974d99c47113c4ee63769d8b3a611790c9b5f2bfc0f',
  '547ae7e74bcd3245a05432b643aabdaf23f47c5c4b6525891b9ce453104f4749',
  'bf8b9f7a28b94642bca835c32e134f3eda9435a9cb9d49ed50bdbb0a1e02dd83',
]);

/**
 * The same of heartbeat 3.0.6 as Debian has them: they may be left from it, and would do the
 * daemon's work a second time.
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
