/** The browser's own HLS: iPhones without Media Source Extensions, and some televisions. */
import type { Engine, EngineFactory, EngineHost } from "./engine";
import type { Range } from "./reach";

export const createNativeEngine: EngineFactory = (video, playlist, delay, host) =>
  new NativeEngine(video, playlist, delay, host);

class NativeEngine implements Engine {
  readonly canKeepUp = false;
  private readonly onReady = () => this.host.ready();
  private readonly onError = () => {
    const network = this.video.error?.code !== MediaError.MEDIA_ERR_DECODE;
    if (network) this.host.failed();
    this.host.trouble(network ? "network" : "media");
  };

  constructor(
    private readonly video: HTMLVideoElement,
    private readonly playlist: string,
    private readonly delay: number,
    private readonly host: EngineHost,
  ) {
    video.addEventListener("loadedmetadata", this.onReady);
    video.addEventListener("error", this.onError);
    this.resume();
  }

  resume(): void {
    this.video.src = this.playlist;
    this.video.load();
  }

  recover(): void {
    this.resume();
  }

  latency(): number | null {
    const edge = this.edge();
    return edge === null || !this.isLive() ? null : Math.max(0, edge - this.video.currentTime);
  }

  livePosition(): number | null {
    const edge = this.edge();
    return edge === null || !this.isLive() ? null : Math.max(0, edge - this.delay);
  }

  range(): Range | null {
    const edge = this.edge();
    if (edge === null) return null;
    const live = this.isLive();
    return { start: this.video.seekable.start(0), end: live ? Math.max(0, edge - this.delay) : edge, live };
  }

  destroy(): void {
    this.video.removeEventListener("loadedmetadata", this.onReady);
    this.video.removeEventListener("error", this.onError);
    this.video.removeAttribute("src");
    this.video.load();
  }

  private isLive(): boolean {
    return this.video.duration === Number.POSITIVE_INFINITY;
  }

  private edge(): number | null {
    const { seekable } = this.video;
    return seekable.length > 0 ? seekable.end(seekable.length - 1) : null;
  }
}
