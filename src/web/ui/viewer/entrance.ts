/** What the playlists of a bucket say of the event, without playing them. Pure. */

/** URI of the first media playlist that a multivariant playlist names. */
export function firstPlaylist(multivariant: string): string | null {
  const lines = multivariant.split(/\r?\n/).map((line) => line.trim());
  if (lines[0] !== "#EXTM3U") return null;
  const stream = lines.findIndex((line) => line.startsWith("#EXT-X-STREAM-INF"));
  if (stream < 0) return null;
  return lines.slice(stream + 1).find((line) => line !== "" && !line.startsWith("#")) ?? null;
}

/** An unfinished playlist so old is of an event that was broken off, milliseconds. */
export const BROKEN_OFF = 90_000;

/** Whether something is on: `age` of the media playlist in milliseconds, where it is known. */
export function standing(media: string, age: number | null): "live" | "ended" | "waiting" {
  if (!media.startsWith("#EXTM3U") || !media.includes("#EXTINF")) return "waiting";
  if (/^#EXT-X-ENDLIST\s*$/m.test(media)) return "ended";
  return age !== null && age > BROKEN_OFF ? "waiting" : "live";
}

/** How old an answer was when it was given, by the clock of who gave it. */
export function ageOf(date: string | null, lastModified: string | null): number | null {
  const [given, made] = [Date.parse(date ?? ""), Date.parse(lastModified ?? "")];
  return Number.isNaN(given) || Number.isNaN(made) ? null : Math.max(0, given - made);
}
