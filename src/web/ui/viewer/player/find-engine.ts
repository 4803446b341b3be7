/** Chooses what fetches and decodes: hls.js where there is Media Source Extensions, the browser's own HLS elsewhere. */

import type { EngineFactory } from "./engine";

/** The engine this browser can run, its code fetched only here; `null` if none can. */
export async function findEngine(video: HTMLVideoElement): Promise<EngineFactory | null> {
  if ("MediaSource" in window || "ManagedMediaSource" in window) {
    const { createHlsEngine } = await import("./hls-engine");
    if (createHlsEngine) return createHlsEngine;
  }
  if (video.canPlayType("application/vnd.apple.mpegurl") !== "") {
    const { createNativeEngine } = await import("./native-engine");
    return createNativeEngine;
  }
  return null;
}
