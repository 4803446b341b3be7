/** How hard a password is to guess, roughly: a hint while typing, the box decides. Pure. */

/** Fewer characters the box refuses. */
export const SHORTEST = 10;

export type Strength = "empty" | "short" | "plain" | "good" | "strong";

const KINDS = [/[a-z]/, /[A-Z]/, /[0-9]/, /[^A-Za-z0-9]/];

export function strength(password: string): Strength {
  const length = [...password].length;
  if (length === 0) return "empty";
  if (length < SHORTEST) return "short";
  const different = new Set(password).size;
  if (different < 5) return "plain";
  const kinds = KINDS.filter((kind) => kind.test(password)).length;
  const points = length + 2 * kinds;
  return points >= 24 ? "strong" : points >= 16 ? "good" : "plain";
}
