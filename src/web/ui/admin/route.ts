/** Which screen a path means. Pure. */

export type Screen = "live" | "recordings" | "page" | "poster" | "keys" | "network" | "settings" | "setup";

const PATHS: Record<Screen, string> = {
  live: "/admin",
  recordings: "/admin/recordings",
  page: "/admin/page",
  poster: "/admin/poster",
  keys: "/admin/keys",
  network: "/admin/network",
  settings: "/admin/settings",
  setup: "/admin/setup",
};

export function pathOf(screen: Screen): string {
  return PATHS[screen];
}

/** A path that means nothing is the first screen. */
export function screenAt(path: string): Screen {
  const plain = path.replace(/\/+$/, "");
  const found = Object.entries(PATHS).find(([, own]) => own === plain);
  return (found?.[0] as Screen | undefined) ?? "live";
}
