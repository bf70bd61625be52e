/** RADIUS packets (RFC 2865, 2869): the Access-Request of a check, and the answer to it. */
import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import { isIPv4 } from 'node:net';
import { ipv4Bytes } from '@ts-heartbeat/platform/inet';
import { ipv6Bytes } from '@ts-heartbeat/platform/inet6';

const ACCESS_REQUEST = 1;
export const ACCESS_ACCEPT = 2;

const USER_NAME = 1;
const USER_PASSWORD = 2;
const NAS_IP_ADDRESS = 4;
const MESSAGE_AUTHENTICATOR = 80;
const NAS_IPV6_ADDRESS = 95;

const HEADER_BYTES = 20;
const AUTHENTICATOR_AT = 4;
export const AUTHENTICATOR_BYTES = 16;
const PACKET_BYTES_MAX = 4096;
/** Type and length, which comes before each value. */
const ATTRIBUTE_HEAD_BYTES = 2;
const VALUE_BYTES_MAX = 253;
const PASSWORD_BYTES_MAX = 128;
/** Passwords are hidden in pieces of this size. */
const PIECE_BYTES = 16;

/** Texts are bytes, decoded as latin1. */
export interface AccessRequest {
  readonly identifier: number;
  /** Sixteen random bytes. */
  readonly authenticator: Buffer;
  readonly login: string;
  readonly password: string;
  readonly secret: string;
  /** The address that it is sent from. */
  readonly from: string;
}

/**
 * An Access-Request with a Message-Authenticator in the first place, without which a server that
 * was made safe against forged answers does not listen. Throws when the login or the password is
 * longer than a packet can hold.
 */
export function accessRequest(request: AccessRequest): Buffer {
  const { identifier, authenticator, secret, from } = request;
  const login = Buffer.from(request.login, 'latin1');
  if (login.length > VALUE_BYTES_MAX) throw new RangeError('login is too long for RADIUS');
  const nas = isIPv4(from)
    ? attribute(NAS_IP_ADDRESS, ipv4Bytes(from))
    : attribute(NAS_IPV6_ADDRESS, ipv6Bytes(from.replace(/%.*$/, '')));
  const attributes = Buffer.concat([
    attribute(MESSAGE_AUTHENTICATOR, Buffer.alloc(AUTHENTICATOR_BYTES)),
    attribute(USER_NAME, login),
    attribute(USER_PASSWORD, hidden(request)),
    nas,
  ]);
  const packet = Buffer.concat([Buffer.alloc(HEADER_BYTES), attributes]);
  packet.writeUInt8(ACCESS_REQUEST, 0);
  packet.writeUInt8(identifier, 1);
  packet.writeUInt16BE(packet.length, 2);
  authenticator.copy(packet, AUTHENTICATOR_AT);
  messageAuthenticator(packet, secret).copy(packet, HEADER_BYTES + ATTRIBUTE_HEAD_BYTES);
  return packet;
}

/**
 * The code of the answer to that request; undefined when the bytes are none, answer something else
 * or do not come from one who knows the secret.
 */
export function answerCode(
  datagram: Buffer,
  request: Pick<AccessRequest, 'identifier' | 'authenticator' | 'secret'>,
): number | undefined {
  if (datagram.length < HEADER_BYTES) return undefined;
  const length = datagram.readUInt16BE(2);
  if (length < HEADER_BYTES || length > Math.min(datagram.length, PACKET_BYTES_MAX)) {
    return undefined;
  }
  if (datagram[1] !== request.identifier) return undefined;
  // With the authenticator of the request in the place of its own, both sums are taken.
  const packet = Buffer.from(datagram.subarray(0, length));
  const claimed = Buffer.from(packet.subarray(AUTHENTICATOR_AT, HEADER_BYTES));
  request.authenticator.copy(packet, AUTHENTICATOR_AT);
  const sum = createHash('md5').update(packet).update(request.secret, 'latin1').digest();
  if (!timingSafeEqual(sum, claimed)) return undefined;
  return isSigned(packet, request.secret) ? packet[0] : undefined;
}

/** Whether the attributes are whole and the Message-Authenticator is right, if there is one. */
function isSigned(packet: Buffer, secret: string): boolean {
  let at = HEADER_BYTES;
  while (at < packet.length) {
    const type = packet[at];
    const length = packet[at + 1] ?? 0;
    if (length < ATTRIBUTE_HEAD_BYTES || at + length > packet.length) return false;
    if (type === MESSAGE_AUTHENTICATOR) {
      if (length !== ATTRIBUTE_HEAD_BYTES + AUTHENTICATOR_BYTES) return false;
      const place = packet.subarray(at + ATTRIBUTE_HEAD_BYTES, at + length);
      const claimed = Buffer.from(place);
      place.fill(0);
      const isRight = timingSafeEqual(messageAuthenticator(packet, secret), claimed);
      claimed.copy(place);
      if (!isRight) return false;
    }
    at += length;
  }
  return true;
}

function messageAuthenticator(packet: Buffer, secret: string): Buffer {
  return createHmac('md5', Buffer.from(secret, 'latin1')).update(packet).digest();
}

function attribute(type: number, value: Uint8Array): Buffer {
  return Buffer.concat([Buffer.of(type, ATTRIBUTE_HEAD_BYTES + value.length), value]);
}

/** The password, filled up with zeros, each piece under a sum of the secret and the one before. */
function hidden({ password, secret, authenticator }: AccessRequest): Buffer {
  const plain = Buffer.from(password, 'latin1');
  if (plain.length > PASSWORD_BYTES_MAX) throw new RangeError('passwd is too long for RADIUS');
  const pieces = Math.max(1, Math.ceil(plain.length / PIECE_BYTES));
  const bytes = Buffer.alloc(pieces * PIECE_BYTES);
  plain.copy(bytes);
  let before = authenticator;
  for (let at = 0; at < bytes.length; at += PIECE_BYTES) {
    const mask = createHash('md5').update(secret, 'latin1').update(before).digest();
    const piece = bytes.subarray(at, at + PIECE_BYTES);
    for (const [index, byte] of mask.entries()) piece[index] = (piece[index] ?? 0) ^ byte;
    before = piece;
  }
  return bytes;
}
