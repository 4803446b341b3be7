/** Moments as the venue's clock shows them. */
import type { Moment } from "./api";

export class Moments {
  private readonly minutes: Intl.DateTimeFormat;
  private readonly seconds: Intl.DateTimeFormat;
  private readonly days: Intl.DateTimeFormat;

  /** A zone that this browser doesn't know leaves it at the browser's own. */
  constructor(timeZone: string | null) {
    const zone = timeZone !== null && knows(timeZone) ? timeZone : undefined;
    const format = (options: Intl.DateTimeFormatOptions) =>
      new Intl.DateTimeFormat("en-GB", zone === undefined ? options : { ...options, timeZone: zone });
    const clock = { hour: "2-digit", minute: "2-digit", hourCycle: "h23" } as const;
    this.minutes = format(clock);
    this.seconds = format({ ...clock, second: "2-digit" });
    this.days = format({ day: "numeric", month: "short", year: "numeric" });
  }

  /** `20:31` */
  minute(at: Moment): string {
    return this.minutes.format(at);
  }

  /** `20:31:07` */
  second(at: Moment): string {
    return this.seconds.format(at);
  }

  /** `3 Nov 2026` */
  day(at: Moment): string {
    return this.days.format(at);
  }

  /** `20:31` today, `3 Nov 2026, 20:31` on another day. */
  minuteAndDay(at: Moment, now: Moment): string {
    return this.day(at) === this.day(now) ? this.minute(at) : `${this.day(at)}, ${this.minute(at)}`;
  }
}

function knows(timeZone: string): boolean {
  try {
    new Intl.DateTimeFormat("en", { timeZone });
    return true;
  } catch {
    return false;
  }
}
