/** One recording: whether the box has it and lets this page see it. */
import { Backoff } from "../shared/backoff";
import { bareState, type Feed, type FeedHost } from "./feed";
import { fetchPast } from "./past";

/** An answer that takes longer is none, milliseconds. */
const PATIENCE = 8_000;
const WAITS = { first: 1_000, longest: 5_000 };

export interface RecordingHost extends FeedHost {
  /** The box has no such recording, or not for viewers. */
  missing(): void;
}

export class RecordingFeed implements Feed {
  private readonly backoff = new Backoff(WAITS);
  private readonly playlist: string;
  private timer: ReturnType<typeof setTimeout> | undefined;
  private closed = false;
  private busy = false;

  constructor(
    private readonly event: number,
    private readonly host: RecordingHost,
  ) {
    this.playlist = `/recordings/${event}/stream.m3u8`;
    void this.look();
  }

  report(): void {
    // The box counts who watches what is on air.
  }

  retry(): void {
    clearTimeout(this.timer);
    if (!this.busy) void this.look();
  }

  doubt(): void {
    this.retry();
  }

  close(): void {
    this.closed = true;
    clearTimeout(this.timer);
  }

  private async look(): Promise<void> {
    this.busy = true;
    try {
      const response = await fetch(this.playlist, { cache: "no-store", signal: AbortSignal.timeout(PATIENCE) });
      if (this.closed) return;
      if (response.ok) await this.found();
      else if (response.status === 404) this.gone();
      else {
        this.host.refused();
        this.again();
      }
    } catch {
      if (this.closed) return;
      this.host.link("lost");
      this.again();
    } finally {
      this.busy = false;
    }
  }

  private async found(): Promise<void> {
    this.backoff.reset();
    const title = (await fetchPast()).find(({ event }) => event === this.event)?.title ?? "";
    if (this.closed) return;
    this.host.link("open");
    this.host.state(bareState({ state: "live", event: `recording ${this.event}`, playlist: this.playlist, title }));
  }

  private gone(): void {
    this.host.link("open");
    this.host.missing();
  }

  private again(): void {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => void this.look(), this.backoff.next());
  }
}
