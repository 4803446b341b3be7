/** A value that follows another one a while later, so that what comes and goes quickly is never shown. */
export class Settled<T> {
  private next: T;
  private since = 0;

  constructor(
    private shown: T,
    /** Milliseconds that a value must last before it is shown. */
    private readonly delay: number,
  ) {
    this.next = shown;
  }

  /** The value to show at `now`, milliseconds, while the true one is `value`. */
  follow(value: T, now: number): T {
    if (value !== this.next) {
      this.next = value;
      this.since = now;
    }
    if (now - this.since >= this.delay) this.shown = this.next;
    return this.shown;
  }
}
