/** Waits between tries: doubling, capped, and spread by chance so that a thousand pages don't come back at once. */
export interface BackoffOptions {
  /** First wait, milliseconds. */
  first: number;
  /** Longest wait, milliseconds. */
  longest: number;
}

export class Backoff {
  private tries = 0;

  constructor(
    private readonly options: BackoffOptions,
    private readonly chance: () => number = Math.random,
  ) {}

  /** Milliseconds to wait before the next try: between half of this step and all of it. */
  next(): number {
    const { first, longest } = this.options;
    const step = Math.min(longest, first * 2 ** this.tries);
    if (step < longest) this.tries += 1;
    return Math.max(first, step * (0.5 + this.chance() / 2));
  }

  /** After a success the next wait is the first again. */
  reset(): void {
    this.tries = 0;
  }
}
