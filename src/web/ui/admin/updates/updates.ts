/** Updates of the box's system: what the box says of them, and what that means for whoever reads it. */
import type { Tone } from "../parts/Notice";
import { strings } from "../strings";

const words = strings.updates;

export interface Slots {
  board: string;
  version: string;
  slot: string;
  /** It has proved that it works. */
  good: boolean;
  other: { slot: string; version: string | null; good: boolean } | null;
}

export type Reason = "signature" | "board" | "on-air" | "other";

export type Progress =
  | { state: "idle" | "asked" | "restarting" }
  | { state: "installing"; percent: number }
  | { state: "installed"; version: string | null }
  | { state: "refused"; reason: Reason; message: string };

export interface Updates {
  /** `null`: updates come with the machine's own system. */
  system: { slots: Slots; progress: Progress } | null;
  onAir: boolean;
  /** Bytes. */
  largest: number;
}

export interface Outlook {
  tone: Tone;
  title: string;
  more: string | null;
}

/** Whether something goes on, so that the box is asked again soon. */
export function isBusy(progress: Progress): boolean {
  return progress.state === "asked" || progress.state === "installing" || progress.state === "restarting";
}

/** What the last request came to; else how the systems in both slots are. */
export function outlook(slots: Slots, progress: Progress): Outlook | null {
  switch (progress.state) {
    case "asked":
      return { tone: "wait", title: words.asked, more: words.keepOn };
    case "installing":
      return { tone: "wait", title: words.installing, more: words.keepOn };
    case "restarting":
      return { tone: "wait", title: words.restarting, more: words.restartingMore };
    case "installed":
      return { tone: "good", title: words.installed(progress.version), more: words.installedMore };
    case "refused":
      return { tone: "bad", title: words.refused[progress.reason], more: refusal(slots, progress) };
    case "idle":
      return ofSlots(slots);
  }
}

function refusal(slots: Slots, { reason, message }: { reason: Reason; message: string }): string {
  switch (reason) {
    case "signature":
      return words.signatureMore;
    case "board":
      return words.boardMore(slots.board);
    case "on-air":
      return words.onAirMore;
    case "other":
      return message;
  }
}

function ofSlots({ version, good, other }: Slots): Outlook | null {
  if (!good) return { tone: "wait", title: words.trial, more: words.trialMore };
  if (other !== null && !other.good && other.version !== null && other.version !== version) {
    return { tone: "warn", title: words.fellBack(other.version), more: words.fellBackMore };
  }
  return null;
}
