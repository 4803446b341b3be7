/** How far a viewer may go back, and where a wish to go leads. Pure. */

/** What can be gone to, seconds on the media's timeline. */
export interface Range {
  start: number;
  /** Where live playback belongs; of what is over, its end. */
  end: number;
  live: boolean;
}

export interface Reach extends Range {
  position: number;
}

/** A shorter live window is no rewind, seconds: it is what every player needs. */
export const REWIND_FROM = 90;
/** Nearer to the old end of a live window nobody is let, seconds: the list forgets it before it is fetched. */
export const MARGIN = 8;
/** So near live is live, seconds. */
export const NEAR_LIVE = 3;
/** So near the end of what is over there is still a picture, seconds. */
const NEAR_END = 0.2;

export function canRewind({ start, end, live }: Range): boolean {
  return live ? end - start > REWIND_FROM : end > start;
}

/** The earliest place that can be gone to. */
export function earliest({ start, end, live }: Range): number {
  return live ? Math.min(start + MARGIN, end) : start;
}

/** Where `to` leads. */
export function placeAt(range: Range, to: number): number | "live" {
  if (range.live && to >= range.end - NEAR_LIVE) return "live";
  return Math.max(earliest(range), Math.min(to, range.live ? range.end : range.end - NEAR_END));
}

/** Seconds behind live, never below zero. */
export function behind({ end, position }: Reach): number {
  return Math.max(0, end - position);
}

/** Whether this is live for who looks at the bar. */
export function isLive(reach: Reach): boolean {
  return reach.live && behind(reach) < NEAR_LIVE;
}
