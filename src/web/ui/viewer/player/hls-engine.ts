/** Low-latency HLS by hls.js. Fetched apart from the page, so that the page stands before it. */
import Hls, { Events, ErrorTypes, type HlsConfig, type Level } from "hls.js/light";

import { trimTo } from "./back-buffer";
import type { Engine, EngineFactory, EngineHost } from "./engine";
import type { Range } from "./reach";

const CONFIG: Partial<HlsConfig> = {
  lowLatencyMode: true,
  // 1.05 leaves who joins late seconds behind for minutes.
  maxLiveSyncPlaybackRate: 1.1,
  liveSyncOnStallIncrease: 0,
  liveDurationInfinity: true,
  maxBufferLength: 10,
  // Never by hls.js: see back-buffer.ts.
  backBufferLength: 1e9,
  // Its worker only repacks MPEG-TS, which a box never sends; fMP4 passes through as it is.
  enableWorker: false,
  capLevelToPlayerSize: true,
  // The page itself says when it moves to the cloud and back.
  contentSteeringController: undefined as never,
};

export const createHlsEngine: EngineFactory | null = Hls.isSupported()
  ? (video, playlist, delay, host) => new HlsEngine(video, playlist, delay, host)
  : null;

class HlsEngine implements Engine {
  readonly canKeepUp = true;
  private readonly hls: Hls;

  constructor(
    private readonly video: HTMLVideoElement,
    private readonly playlist: string,
    delay: number,
    host: EngineHost,
  ) {
    const hls = new Hls({ ...CONFIG, liveSyncDuration: delay });
    this.hls = hls;
    hls.on(Events.MANIFEST_PARSED, (_, { levels }) => {
      this.keepFirstPathway(levels);
      host.ready();
    });
    hls.on(Events.LEVEL_LOADED, () => host.loaded(0));
    hls.on(Events.FRAG_LOADED, (_, { payload }) => host.loaded(payload.byteLength));
    hls.on(Events.FRAG_BUFFERED, (_, { part }) => this.trim(part?.index ?? null));
    hls.on(Events.ERROR, (_, { fatal, type }) => {
      const network = type === ErrorTypes.NETWORK_ERROR;
      if (network) host.failed();
      if (fatal) host.trouble(network ? "network" : "media");
    });
    hls.loadSource(playlist);
    hls.attachMedia(video);
  }

  resume(): void {
    if (this.hls.levels.length === 0) this.hls.loadSource(this.playlist);
    else this.hls.startLoad();
  }

  recover(): void {
    this.hls.recoverMediaError();
  }

  latency(): number | null {
    return this.isLive() && this.hls.latency > 0 ? this.hls.latency : null;
  }

  livePosition(): number | null {
    return this.isLive() ? this.hls.liveSyncPosition : null;
  }

  range(): Range | null {
    const details = this.hls.latestLevelDetails;
    if (!details || details.fragments.length === 0) return null;
    const start = Math.max(0, details.fragmentStart);
    const live = details.live;
    const end = live ? this.hls.liveSyncPosition : details.edge;
    return end === null ? null : { start, end, live };
  }

  destroy(): void {
    this.hls.destroy();
  }

  private isLive(): boolean {
    return this.hls.latestLevelDetails?.live ?? false;
  }

  /** Another pathway's picture is another place's: whether to go there is not for the bit rate to say. */
  private keepFirstPathway(levels: Level[]): void {
    const first = levels[0]?.pathwayId;
    for (let index = levels.length - 1; index > 0; index -= 1) {
      if (levels[index]?.pathwayId !== first) this.hls.removeLevel(index);
    }
  }

  /** The way of hls.js' own flush: through its queue of buffer operations, so that none is cut in two. */
  private trim(part: number | null): void {
    const { buffered, currentTime } = this.video;
    if (buffered.length === 0) return;
    const details = this.hls.latestLevelDetails;
    const parts = details?.partTarget ? Math.round(details.targetduration / details.partTarget) : null;
    const end = trimTo({ start: buffered.start(0), now: currentTime, part, parts });
    if (end !== null) {
      this.hls.trigger(Events.BUFFER_FLUSHING, { startOffset: 0, endOffset: end, type: null });
    }
  }
}
