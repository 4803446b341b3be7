/** The messages of the WebSocket `/api/live`. */

export type EventPhase = "waiting" | "live" | "holding" | "ended";

/** Box → page: where the event stands, at once after connecting and on each change. */
export interface LiveState {
  state: EventPhase;
  /** Each event has its own media playlist; `null` when there is none. */
  event: string | null;
  /** Path of the multivariant playlist while there is one. */
  playlist: string | null;
  /** Seconds until a held event ends by itself, at the time of sending. */
  secondsLeft: number | null;
  viewers: number;
  title: string;
  welcome: string;
  /** What is said while nothing is on; may be empty. */
  offline: string;
  /** The operator's own colour, `#rrggbb`. */
  accent: string | null;
  /** Path of the operator's own picture. */
  poster: string | null;
  /** How far behind the live edge playback aims to be, seconds; `null` where the box doesn't say. */
  latency: number | null;
}

/** Page → box: whether playback runs. Anything else closes the socket. */
export type PageMessage = { type: "playing" } | { type: "stopped" };

const PHASES: readonly string[] = ["waiting", "live", "holding", "ended"];

/** A message of a kind that this page doesn't know (the box may be newer) is `null`. */
export function parseLiveState(text: string): LiveState | null {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return null;
  }
  if (typeof value !== "object" || value === null) return null;
  const message = value as Record<string, unknown>;
  if (message.type !== "state" || !PHASES.includes(String(message.state))) return null;
  const words = (field: unknown) => (typeof field === "string" ? field : null);
  const number = (field: unknown) => (typeof field === "number" && Number.isFinite(field) ? field : null);
  return {
    state: message.state as EventPhase,
    event: words(message.event),
    playlist: words(message.playlist),
    secondsLeft: number(message.secondsLeft),
    viewers: number(message.viewers) ?? 0,
    title: words(message.title) ?? "",
    welcome: words(message.welcome) ?? "",
    offline: words(message.offline) ?? "",
    accent: colour(message.accent),
    poster: ownPath(message.poster),
    latency: number(message.latency),
  };
}

function colour(field: unknown): string | null {
  return typeof field === "string" && /^#[0-9a-f]{6}$/i.test(field) ? field : null;
}

/** Nothing is fetched from elsewhere. */
function ownPath(field: unknown): string | null {
  return typeof field === "string" && /^\/(?!\/)/.test(field) ? field : null;
}
