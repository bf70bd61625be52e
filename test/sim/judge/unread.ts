/** Words that have come and are not read yet: their hearer stood still, or is late. */
import type { Contact } from './contact.js';

/** The last status came while the node stood still or was late, and it acts before it has read it. */
export function isUnread(at: number, contact: Contact): boolean {
  const { to } = contact;
  const late = Math.max(to.lateness, at <= to.slowUntil ? to.lateBefore : 0);
  const readableAt = readAt(at, contact);
  return at - readableAt <= (readableAt === to.wokenAt ? to.late : late);
}

/** When the last status was read at the earliest: nobody knows how long it waited in a socket. */
export function readAt(at: number, contact: Contact): number {
  return contact.to.readableAt(contact.heardAt(at));
}

/** The same at the latest, but for the lateness of the loop itself. */
export function readAtLatest(at: number, contact: Contact): number {
  return contact.to.readAtLatest(readAt(at, contact));
}
