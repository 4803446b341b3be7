/** Where a recording is, and what can be done with it there. Pure. */
import type { Recording } from "./api";

export type Place = "air" | "here" | "cloud" | "way";

/** In the order in which they are said. */
export function places({ ended, kept, cloud }: Recording): Place[] {
  const list: Place[] = [];
  if (ended === null) list.push("air");
  if (kept) list.push("here");
  if (cloud === "there") list.push("cloud");
  if (cloud === "waiting") list.push("way");
  return list;
}

/** Whether this box has the whole of it, to play and to take away. */
export function isWhole({ ended, kept }: Recording): boolean {
  return kept && ended !== null;
}
