/** The page's hook for tests: `window.venuebox.stats()`. */
export interface ViewerStats {
  /** Seconds behind the live edge; 0 while nothing plays. */
  latency: number;
  /** Media bytes that other viewers sent. */
  p2pBytes: number;
  /** Media bytes that came over HTTP. */
  httpBytes: number;
  /** Viewers connected to this one. */
  peers: number;
  /** Times that playback ran dry after it had first begun. */
  stalls: number;
}

declare global {
  interface Window {
    venuebox?: { stats(): ViewerStats };
  }
}
