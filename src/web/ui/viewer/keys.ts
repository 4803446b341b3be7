/** The keyboard: what each key does, whatever the page looks like. */

export type Command =
  | { do: "togglePlay" }
  | { do: "toggleMute" }
  | { do: "toggleFullScreen" }
  | { do: "goLive" }
  | { do: "volume"; by: number }
  | { do: "step"; by: number };

export interface KeyPress {
  key: string;
  /** Ctrl, Alt or Meta is held: the browser's own shortcuts. */
  modified: boolean;
  /** What has the focus takes some keys itself. */
  focus: "button" | "field" | "slider" | "other";
}

/** Share of the full volume that an arrow changes. */
const VOLUME_STEP = 0.1;
/** Seconds that an arrow goes back or forth. */
const TIME_STEP = 10;

export function command({ key, modified, focus }: KeyPress): Command | null {
  if (modified) return null;
  if (focus === "field" && key === " ") return null;
  if ((focus === "field" || focus === "slider") && key.startsWith("Arrow")) return null;
  switch (key) {
    case " ":
      return focus === "button" ? null : { do: "togglePlay" };
    case "m":
    case "M":
      return { do: "toggleMute" };
    case "f":
    case "F":
      return { do: "toggleFullScreen" };
    case "l":
    case "L":
      return { do: "goLive" };
    case "ArrowUp":
      return { do: "volume", by: VOLUME_STEP };
    case "ArrowDown":
      return { do: "volume", by: -VOLUME_STEP };
    case "ArrowLeft":
      return { do: "step", by: -TIME_STEP };
    case "ArrowRight":
      return { do: "step", by: TIME_STEP };
    default:
      return null;
  }
}

/** The press as the page's code sees it. */
export function pressed(event: KeyboardEvent): KeyPress {
  const target = event.target instanceof HTMLElement ? event.target : null;
  const slider = target?.matches("input[type=range]") ?? false;
  const field = target?.matches("input, textarea, select, [contenteditable]") ?? false;
  const button = target?.matches("button, a[href], summary") ?? false;
  return {
    key: event.key,
    modified: event.ctrlKey || event.altKey || event.metaKey,
    focus: slider ? "slider" : field ? "field" : button ? "button" : "other",
  };
}
