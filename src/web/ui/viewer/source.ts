/** What this page is for: the box's live picture, one of its recordings, or a bucket without a box. Pure. */

export type Source =
  | { from: "box" }
  | { from: "recording"; event: number }
  /** `entrance`: of the multivariant playlist, as the page has it. */
  | { from: "bucket"; entrance: string };

/** `search`: of the page's address. `entrance`: what its HTML says, where it lies in a bucket. */
export function sourceOf(search: string, entrance: string | null): Source {
  if (entrance !== null && entrance !== "") return { from: "bucket", entrance };
  const event = new URLSearchParams(search).get("recording") ?? "";
  return /^\d{1,15}$/.test(event) ? { from: "recording", event: Number(event) } : { from: "box" };
}
