/** The recordings that viewers may watch. */

export interface Past {
  event: number;
  title: string;
  /** Milliseconds since 1970. */
  began: number;
  /** Seconds. */
  duration: number;
}

const ADDRESS = "/recordings.json";
/** More are not offered. Threat: a list of years. */
const MOST = 200;

/** Newest first; none where the box has none, or does not say. */
export async function fetchPast(): Promise<Past[]> {
  try {
    const response = await fetch(ADDRESS, { cache: "no-store" });
    return response.ok ? parsePast(await response.json()) : [];
  } catch {
    return [];
  }
}

export function parsePast(answer: unknown): Past[] {
  const list = (answer as { recordings?: unknown } | null)?.recordings;
  if (!Array.isArray(list)) return [];
  return list.flatMap(pastOf).slice(0, MOST);
}

function pastOf(entry: unknown): Past[] {
  if (typeof entry !== "object" || entry === null) return [];
  const { event, title, began, duration } = entry as Record<string, unknown>;
  if (!Number.isInteger(event) || typeof began !== "number" || typeof duration !== "number") return [];
  return [{ event: event as number, title: typeof title === "string" ? title : "", began, duration }];
}
