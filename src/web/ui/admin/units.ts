/** Figures as an operator reads them. Pure. */

/** A number and its unit, apart because they are drawn in different sizes. */
export interface Figure {
  value: string;
  unit: string;
}

/** `6.0 Mbit/s`, `850 kbit/s`, `1.20 Gbit/s` */
export function rate(bits: number): Figure {
  if (bits >= 999_500_000) return { value: (bits / 1e9).toFixed(2), unit: "Gbit/s" };
  if (bits >= 99_950_000) return { value: (bits / 1e6).toFixed(0), unit: "Mbit/s" };
  if (bits >= 999_500 || bits === 0) return { value: (bits / 1e6).toFixed(1), unit: "Mbit/s" };
  return { value: (bits / 1e3).toFixed(0), unit: "kbit/s" };
}

/** The number alone, in a unit that something else has given. */
export function rateIn(unit: string, bits: number): string {
  if (unit === "Gbit/s") return (bits / 1e9).toFixed(2);
  return unit === "kbit/s" ? (bits / 1e3).toFixed(0) : (bits / 1e6).toFixed(1);
}

/** `596 of 700 Mbit/s`: both in the unit of the second. */
export function rateOf(bits: number, whole: number): string {
  const giga = whole >= 999_500_000;
  const part = bits / (giga ? 1e9 : 1e6);
  const all = whole / (giga ? 1e9 : 1e6);
  const digits = giga ? 2 : all < 100 ? 1 : 0;
  return `${part.toFixed(digits)} of ${all.toFixed(giga ? 2 : 0)} ${giga ? "Gbit/s" : "Mbit/s"}`;
}

/** `0.4 of 8 GB` */
export function bytesOf(used: number, total: number): string {
  const all = total / 1e9;
  return `${(used / 1e9).toFixed(1)} of ${all.toFixed(all < 10 ? 1 : 0).replace(/\.0$/, "")} GB`;
}

/** `212 GB`, `850 MB` */
export function bytes(count: number): string {
  if (count >= 999_500_000_000) return `${(count / 1e12).toFixed(1)} TB`;
  if (count >= 999_500_000) return `${(count / 1e9).toFixed(count < 9.95e9 ? 1 : 0)} GB`;
  return `${(count / 1e6).toFixed(0)} MB`;
}

/** `20 seconds`, `17 minutes`, `3 h 12 min`, `4 days 2 h` */
export function duration(totalSeconds: number): string {
  const seconds = Math.max(0, Math.floor(totalSeconds));
  if (seconds < 60) return counted(seconds, "second");
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return counted(minutes, "minute");
  const hours = Math.floor(minutes / 60);
  if (hours < 24) return `${hours} h ${minutes % 60} min`;
  const days = Math.floor(hours / 24);
  return `${counted(days, "day")} ${hours % 24} h`;
}

/** `38 hours`, `4 days`, `less than 1 hour` */
export function hoursLeft(hours: number): string {
  if (hours < 1) return "less than 1 hour";
  return hours < 96 ? counted(Math.floor(hours), "hour") : counted(Math.floor(hours / 24), "day");
}

/** `$0.42`; what is less than a cent says so. */
export function dollars(amount: number): string {
  if (amount > 0 && amount < 0.01) return "less than $0.01";
  return `$${amount.toFixed(2)}`;
}

/** How late something is: `4.6 s`, `3 minutes`. */
export function lateness(seconds: number): string {
  return seconds < 59.95 ? `${Math.max(0, seconds).toFixed(1)} s` : duration(seconds);
}

/** `0:47:12`: hours always stand there, so that the place of the digits never moves. */
export function onAirClock(totalSeconds: number): string {
  const total = Math.max(0, Math.floor(totalSeconds));
  const two = (value: number) => String(value).padStart(2, "0");
  return `${Math.floor(total / 3600)}:${two(Math.floor((total % 3600) / 60))}:${two(total % 60)}`;
}

/** Whole numbers without their zeros behind the point: `60`, `59.9`. */
export function plain(value: number, digits = 1): string {
  return String(Number(value.toFixed(digits)));
}

/** The next round number at or above `value`, for the top of a graph. */
export function roundUp(value: number): number {
  if (value <= 0) return 1;
  const power = 10 ** Math.floor(Math.log10(value));
  const step = [1, 2, 4, 5, 8, 10].find((factor) => factor * power >= value * 0.999) ?? 10;
  return step * power;
}

function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? "" : "s"}`;
}
