/**
 * What to do when an engine stopped by itself. It never gives up: the box says when the event is over.
 *
 * ```text
 *            network                      media
 *   1st      resume, buffers kept         recover, fresh buffers, at once
 *   later    a new engine                 a new engine
 * ```
 */
import { Backoff } from "../../shared/backoff";
import type { Trouble } from "./engine";

export interface Remedy {
  act: "resume" | "recover" | "recreate";
  /** Milliseconds to wait before. */
  after: number;
}

const WAITS = { first: 500, longest: 5_000 };

export class Recovery {
  private readonly backoff: Backoff;
  private fresh = true;

  constructor(chance: () => number = Math.random) {
    this.backoff = new Backoff(WAITS, chance);
  }

  decide(trouble: Trouble): Remedy {
    const first = this.fresh;
    this.fresh = false;
    if (first && trouble === "media") return { act: "recover", after: 0 };
    return { act: first ? "resume" : "recreate", after: this.backoff.next() };
  }

  /** Playback has run for a while: the next trouble is a first one again. */
  healthy(): void {
    this.fresh = true;
    this.backoff.reset();
  }
}
