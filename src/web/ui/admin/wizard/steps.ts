/** The set-up's way: one question a screen. Pure. */

/** The password was the first step, taken by claiming. */
export const STEPS = ["name", "zone", "network", "obs", "stream", "cloud", "page", "poster"] as const;

export type StepName = (typeof STEPS)[number] | "done";

const BEFORE = 1;
export const STEP_COUNT = STEPS.length + BEFORE;

/** What was kept may be of another version of this page: then it begins at the first. */
export function stepOf(kept: string | null): StepName {
  if (kept === "done") return "done";
  return STEPS.find((step) => step === kept) ?? STEPS[0];
}

/** Counted from 1, the password included. */
export function numberOf(step: StepName): number {
  return step === "done" ? STEP_COUNT : STEPS.indexOf(step) + 1 + BEFORE;
}

export function after(step: StepName): StepName {
  return step === "done" ? "done" : (STEPS[STEPS.indexOf(step) + 1] ?? "done");
}

/** `null` before the first: a password that is set is not asked for again. */
export function before(step: StepName): StepName | null {
  if (step === "done") return STEPS[STEPS.length - 1] ?? null;
  return STEPS[STEPS.indexOf(step) - 1] ?? null;
}
