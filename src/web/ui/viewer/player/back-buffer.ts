/**
 * When and how far to forget what has been watched.
 *
 * hls.js 1.7.4 freezes for a second or two when a flush of the back buffer falls between the appends of the
 * first and the second part of a segment: the first then counts as not loaded, and it waits until the
 * segment's parts are no longer listed. So its own flushing is off, and this one happens only after a part in
 * the middle of a segment.
 */

/** What is always kept behind the playhead, seconds: more than the arrow keys go back at once. */
export const KEEP = 30;
/** Trimmed only when so much has gathered, seconds: seldom, and in one go. */
export const GATHER = 45;
/** With so much gathered any part but the first will do, seconds. Threat: a browser's quota (about 100 MB). */
export const OVERDUE = 90;

export interface BackBuffer {
  /** Start of what is buffered, seconds. */
  start: number;
  /** The playhead, seconds. */
  now: number;
  /** Index in its segment of the part just appended; `null` for a whole segment. */
  part: number | null;
  /** Parts that a segment has; `null` without parts. */
  parts: number | null;
}

/** Where the trimmed buffer shall begin, seconds, or `null` to leave it alone for now. */
export function trimTo({ start, now, part, parts }: BackBuffer): number | null {
  const behind = now - start;
  if (behind < GATHER || part === 0) return null;
  if (behind < OVERDUE && part !== null && !inTheMiddle(part, parts ?? 0)) return null;
  return now - KEEP;
}

/** A part with at least one more before the next boundary, and one more than the first behind it. */
function inTheMiddle(part: number, parts: number): boolean {
  return part >= Math.min(2, Math.floor(parts / 2)) && part < Math.max(parts - 1, 2);
}
