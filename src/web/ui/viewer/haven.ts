/** Where this event can be watched without the box, as the box said last. */
import { signal } from "@preact/signals";

const ADDRESS = "/api/status";

export class Haven {
  /** Of the cloud's entrance, absolute; `null` where there is none. */
  readonly url = signal<string | null>(null);

  /** While the box still answers. */
  async ask(): Promise<void> {
    try {
      const response = await fetch(ADDRESS, { cache: "no-store" });
      if (response.ok) this.url.value = cloudUrl(await response.json());
    } catch {
      // What was known stays true.
    }
  }
}

export function cloudUrl(status: unknown): string | null {
  const url = (status as { cloud?: { url?: unknown } | null } | null)?.cloud?.url;
  return typeof url === "string" && /^https?:\/\/[^/]/.test(url) ? url : null;
}
