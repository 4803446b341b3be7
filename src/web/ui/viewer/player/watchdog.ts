/** Sees whether the picture moves, and says what to do when it should and does not. */

/** Standing so long, jump to the live position, milliseconds. */
export const JUMP_AFTER = 4_000;
/** Standing so long, begin anew with a new engine, milliseconds. */
export const RECREATE_AFTER = 8_000;
/** A look that comes so late means that the page itself slept, milliseconds: nothing is known of the time between. */
const SLEPT = 3_000;

export type Rescue = "jump" | "recreate" | null;

export class Watchdog {
  private position = Number.NaN;
  private moved = 0;
  private looked = Number.NEGATIVE_INFINITY;
  private jumped = false;

  /** One look at `now` (milliseconds): `position` of the playhead in seconds, and whether it ought to move. */
  look(now: number, position: number, shouldMove: boolean): Rescue {
    const slept = now - this.looked > SLEPT;
    this.looked = now;
    if (slept || !shouldMove || position !== this.position) {
      this.position = position;
      this.restart(now);
      return null;
    }
    const standing = now - this.moved;
    if (standing >= RECREATE_AFTER) {
      this.restart(now);
      return "recreate";
    }
    if (standing >= JUMP_AFTER && !this.jumped) {
      this.jumped = true;
      return "jump";
    }
    return null;
  }

  /** After its own jump the playhead's new place is not movement. */
  expect(position: number): void {
    this.position = position;
  }

  private restart(now: number): void {
    this.moved = now;
    this.jumped = false;
  }
}
