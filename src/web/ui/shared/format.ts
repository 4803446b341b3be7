/** Numbers as people read them. */

/** Whole seconds as `0:07`, `1:45`, `1:02:03`; what is below zero counts as zero. */
export function clock(totalSeconds: number): string {
  const total = Math.max(0, Math.floor(totalSeconds));
  const hours = Math.floor(total / 3600);
  const minutes = Math.floor((total % 3600) / 60);
  const two = (value: number) => String(value).padStart(2, "0");
  const seconds = two(total % 60);
  return hours > 0 ? `${hours}:${two(minutes)}:${seconds}` : `${minutes}:${seconds}`;
}

/** A delay in seconds rounded to a tenth, so that it doesn't flicker; `null` where none can be told. */
export function tenths(value: number | null): number | null {
  if (value === null || !Number.isFinite(value) || value <= 0) return null;
  return Math.round(value * 10) / 10;
}
