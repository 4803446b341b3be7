/** What the card about sharing has to say. Pure. */
import type { BoxState, Way, WayStep } from "../api";

/** There is something to share or somebody who does: otherwise the card would be a shell. */
export function isAboutSharing({ lamp, sharing }: BoxState): boolean {
  const on = lamp === "on-air" || lamp === "holding";
  return on || sharing.torrents + sharing.pages + sharing.programs + sharing.connected > 0;
}

export type Passing = "passed" | "stops" | "waits";

/** Where a device stops is worth a look once one has begun. Whoever could have something and takes nothing is well. */
export function passings(way: Way): { id: WayStep; passing: Passing }[] {
  const stop = way.steps.findIndex(({ passed }) => !passed);
  return way.steps.map(({ id, passed }, index) => {
    const stops = index === stop && stop > 0 && id !== "sent";
    return { id, passing: passed ? "passed" : stops ? "stops" : "waits" };
  });
}
