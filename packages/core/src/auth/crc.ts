/** The checksum of the method `crc`. */

const TABLE = Uint32Array.from({ length: 256 }, (_, index) => {
  let value = index << 24;
  for (let bit = 0; bit < 8; bit++)
    value = value & 0x80000000 ? (value << 1) ^ 0x04c11db7 : value << 1;
  return value >>> 0;
});

/**
 * CRC-32 of bytes, given in parts: polynomial 04C11DB7, most significant bit first, initial value
 * 0, complemented; as lower case hexadecimal without leading zeros (heartbeat 3.0.6).
 */
export function crc(parts: readonly Uint8Array[]): string {
  let value = 0;
  for (const part of parts) {
    // By index: ten times as fast as an iterator.
    for (let index = 0; index < part.length; index++) {
      value = (value << 8) ^ (TABLE[((value >>> 24) ^ (part[index] ?? 0)) & 0xff] ?? 0);
    }
  }
  return (~value >>> 0).toString(16);
}
