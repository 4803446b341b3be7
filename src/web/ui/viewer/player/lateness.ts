/**
 * Brings a viewer who fell behind back to live, unless being late is their wish. hls.js plays a little faster
 * while it is up to a target duration late; whom a stall or a nap threw further back it would leave there.
 */

/** So far behind the live position it jumps there, seconds. */
export const TOO_LATE = 3.2;
/** So near the live position the viewer is live again, however they got there, seconds. */
export const LIVE_AGAIN = 1.5;
/** No second jump within this, milliseconds: a network that can't keep up is not helped by jumps. */
export const JUMP_EVERY = 15_000;

export class Lateness {
  /** Being late is the viewer's wish. */
  chosen = false;
  private jumped = Number.NEGATIVE_INFINITY;

  /** The viewer paused or went back. */
  choose(): void {
    this.chosen = true;
  }

  /** The viewer wants to be live. */
  forget(): void {
    this.chosen = false;
  }

  /** Whether to jump at `now` (milliseconds), `late` seconds behind the live position. */
  shouldJump(now: number, late: number): boolean {
    if (late < LIVE_AGAIN) this.chosen = false;
    if (this.chosen || late <= TOO_LATE || now - this.jumped < JUMP_EVERY) return false;
    this.jumped = now;
    return true;
  }
}
