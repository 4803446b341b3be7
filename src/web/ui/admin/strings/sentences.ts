/** Sentences with something in them that is known only when they are said. */
import { lost } from "./common";
import { live } from "./live";
import { recordings } from "./recordings";

/** `Step 5 of 9` */
export function stepOf(step: number, of: number): string {
  return `Step ${step} of ${of}`;
}

/** `Please wait 12 s` */
export function waitFor(seconds: number): string {
  return `Please wait ${seconds} s`;
}

/** `1:45 left` */
export function left(clock: string): string {
  return `${clock} left`;
}

/** `No connection to the box since 20:31:07.` */
export function lostSince(time: string): string {
  return `${lost.sentence} since ${time}.`;
}

/** Of an event that is held. */
export function endsIn(clock: string): string {
  return `The event ends in ${clock} if it stays away.`;
}

/** `Revoke “Camera 1”?` */
export function revokeTitle(name: string): string {
  return `Revoke “${name}”?`;
}

/** `60 of 60 frames/s` */
export function frames(actual: string | null, target: string | null): string | null {
  if (actual === null) return null;
  return `${target === null ? actual : `${actual} of ${target}`} ${live.framesOf}`;
}

/** `and 2 more wait` */
export function standby(count: number): string | null {
  if (count === 0) return null;
  return count === 1 ? "a second encoder waits" : `${count} more encoders wait`;
}

/** The claim without a code ends after a quarter of an hour. */
export function claimEnds(minutes: number): string {
  return minutes <= 1
    ? "For one more minute it can be claimed without a code."
    : `For another ${minutes} minutes it can be claimed without a code.`;
}

/** What a screen reader hears of a graph. */
export function graphSummary(lowest: string, highest: string, now: string | null): string {
  return `Lowest ${lowest}, highest ${highest}, now ${now ?? live.noValue}. ${live.graphKeys}`;
}

/** `6.0 Mbit/s at 20:31` */
export function graphValue(value: string | null, time: string): string {
  return `${value ?? live.noValue} at ${time}`;
}

/** `12 pages · 3 programs` */
export function sharers(pages: number, programs: number): string {
  const counted = (count: number, noun: string) => `${count} ${noun}${count === 1 ? "" : "s"}`;
  return `${counted(pages, "page")} · ${counted(programs, "program")}`;
}

/** What came of a try, and when. */
export function tryPassed(time: string): string {
  return `All five steps passed at ${time}: this device can share.`;
}

export function tryPassedWithout(time: string): string {
  return `A connection opened at ${time} all the same. Other devices may need that step.`;
}

export function tryStopped(step: string, time: string): string {
  return `At ${time} it stopped at “${step}”.`;
}

/** `Here it is 10.0.4.77.` */
export function addressIs(address: string): string {
  return `Here it is ${address}.`;
}

export function portBlocked(port: number): string {
  return `The box did not say. Let UDP port ${port} through to it, in the firewall or the access point.`;
}

/** The box's own words. */
export function refusedWith(words: string): string {
  return `The box said no: ${words}.`;
}

/** `This disk holds another 38 hours at the present rate.` */
export function holdsAnother(hours: string): string {
  return `${recordings.space} ${hours} ${recordings.spaceMore}`;
}

/** `Delete “Evensong”?` */
export function deleteTitle(name: string): string {
  return `Delete “${name}”?`;
}

/** `12 seconds, 4 MB in 3 files`; `null` when nothing waits. */
export function backlog(length: string, size: string, objects: number): string | null {
  if (objects === 0) return null;
  return `${length}, ${size} in ${objects} ${objects === 1 ? "file" : "files"}`;
}

export function triesAgain(seconds: number): string {
  return seconds <= 0 ? "Trying again now." : `Tries again in ${Math.ceil(seconds)} s.`;
}
