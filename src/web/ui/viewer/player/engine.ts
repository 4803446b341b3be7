/** What fetches and decodes, as the player sees it. */
import type { Range } from "./reach";

export type Trouble = "network" | "media";

/** What an engine tells its player. */
export interface EngineHost {
  /** The playlist is read: play() makes sense now. */
  ready(): unknown;
  /** It stopped for good by itself; the player decides what to try. */
  trouble(kind: Trouble): unknown;
  /** Media bytes or a playlist (0) came over HTTP. */
  loaded(bytes: number): unknown;
  /** A request failed; it is tried again. */
  failed(): unknown;
}

export interface Engine {
  /** Whether it can stay at its live position; the browser's own HLS keeps a distance of its own. */
  readonly canKeepUp: boolean;
  /** Goes on after a network trouble, keeping what is buffered. */
  resume(): void;
  /** Goes on after a media trouble, with fresh buffers. */
  recover(): void;
  /** Seconds behind the live edge; `null` while unknown. */
  latency(): number | null;
  /** Where on the media's timeline live playback belongs, seconds; `null` while unknown. */
  livePosition(): number | null;
  /** What can be gone to; `null` while unknown. */
  range(): Range | null;
  destroy(): void;
}

/** `delay`: how far behind the live edge playback aims to be, seconds; of a recording it means nothing. */
export type EngineFactory = (video: HTMLVideoElement, playlist: string, delay: number, host: EngineHost) => Engine;
