/**
 * When to watch from the cloud: while the box is gone and the picture stands. Pure.
 *
 * ```text
 *             the picture stands, and the box does not answer
 *   box ────────────────────────────────────────────────────────► cloud
 *    ▲          the box has answered for a while, and the stay     │
 *    └───────── is over; it is longer each time ───────────────────┘
 * ```
 */

/** What is known; times are of how long it has been so, milliseconds. */
export interface Signs {
  /** By the box's last word. */
  onAir: boolean;
  /** The cloud has it. */
  known: boolean;
  /** The picture ought to move and does not, or has not come yet. */
  standing: number;
  /** The link to the box is not open. */
  linkLost: number;
  /** Requests have failed, and none has not. */
  failing: number;
  /** The link to the box is open. */
  linkOpen: number;
}

/** A picture that stands no longer is only late. */
export const STANDS = 3_000;
/** The box restarts in less. */
export const LINK_GONE = 2_500;
/** A request that fails once is tried again. */
export const FAILING = 4_000;
/** It must have answered for so long. */
export const BACK_FOR = 8_000;
/** The first stay in the cloud, and the longest. */
export const STAY = { first: 15_000, longest: 300_000 };
/** At home for so long, the next stay is the first again. */
export const SETTLED = 120_000;

export class Refuge {
  private since: number | null = null;
  private stay = STAY.first;
  private homeSince = Number.NEGATIVE_INFINITY;

  /** Whether the picture is to come from the cloud. */
  look(now: number, signs: Signs): boolean {
    if (this.since === null) {
      if (leaves(signs)) {
        if (now - this.homeSince > SETTLED) this.stay = STAY.first;
        this.since = now;
      }
    } else if (!signs.onAir || !signs.known || (signs.linkOpen >= BACK_FOR && now - this.since >= this.stay)) {
      this.since = null;
      this.homeSince = now;
      this.stay = Math.min(STAY.longest, this.stay * 2);
    }
    return this.since !== null;
  }
}

function leaves({ onAir, known, standing, linkLost, failing }: Signs): boolean {
  return onAir && known && standing > STANDS && (linkLost > LINK_GONE || failing > FAILING);
}
