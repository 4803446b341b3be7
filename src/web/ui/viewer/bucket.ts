/** The page in a bucket: looks at the entrance from time to time, and hears so when something is on. */
import { Backoff } from "../shared/backoff";
import { ageOf, firstPlaylist, standing } from "./entrance";
import { bareState, type Feed, type FeedHost } from "./feed";

/** While nothing is on, milliseconds. */
const LOOK_EVERY = 10_000;
/** While it plays the player hears of the end by itself, milliseconds: each look is a request to pay for. */
const LOOK_SELDOM = 30_000;
/** How far behind the live edge, seconds: whole segments, sent before they are named. */
export const CLOUD_DELAY = 12;
/** An answer that takes longer is none, milliseconds. */
const PATIENCE = 8_000;
const WAITS = { first: 2_000, longest: LOOK_EVERY };

interface Found {
  state: "live" | "ended" | "waiting";
  event: string | null;
}

export class BucketFeed implements Feed {
  private readonly backoff = new Backoff(WAITS);
  private timer: ReturnType<typeof setTimeout> | undefined;
  private playing = false;
  private closed = false;
  private told = "";

  constructor(
    /** Of the multivariant playlist, absolute. */
    private readonly entrance: string,
    private readonly title: string,
    private readonly host: FeedHost,
  ) {
    void this.look();
  }

  /** What stops may have come to its end. */
  report(playing: boolean): void {
    if (this.playing === playing) return;
    this.playing = playing;
    if (!playing) this.retry();
  }

  retry(): void {
    clearTimeout(this.timer);
    void this.look();
  }

  doubt(): void {
    // The next look comes anyway.
  }

  close(): void {
    this.closed = true;
    clearTimeout(this.timer);
  }

  private async look(): Promise<void> {
    let wait = this.playing ? LOOK_SELDOM : LOOK_EVERY;
    try {
      const found = await this.find();
      if (this.closed) return;
      this.backoff.reset();
      this.host.link("open");
      this.tell(found);
    } catch {
      if (this.closed) return;
      this.host.link("lost");
      wait = this.backoff.next();
    }
    clearTimeout(this.timer);
    this.timer = setTimeout(() => void this.look(), wait);
  }

  private tell({ state, event }: Found): void {
    const word = `${state} ${event}`;
    if (word === this.told) return;
    this.told = word;
    const playlist = event === null ? null : this.entrance;
    this.host.state(bareState({ state, event, playlist, title: this.title, latency: CLOUD_DELAY }));
  }

  private async find(): Promise<Found> {
    const multivariant = await fetchText(this.entrance);
    const uri = multivariant === null ? null : firstPlaylist(multivariant.text);
    if (uri === null) return { state: "waiting", event: null };
    const media = await fetchText(new URL(uri, this.entrance).href);
    if (media === null) return { state: "waiting", event: null };
    return { state: standing(media.text, media.age), event: uri };
  }
}

/** `null`: there is none. */
async function fetchText(url: string): Promise<{ text: string; age: number | null } | null> {
  const response = await fetch(url, { cache: "no-cache", signal: AbortSignal.timeout(PATIENCE) });
  // A bucket that may not be listed says of what is not there that it is forbidden.
  if (response.status === 404 || response.status === 403) return null;
  if (!response.ok) throw new Error(`${response.status}`);
  const age = ageOf(response.headers.get("date"), response.headers.get("last-modified"));
  return { text: await response.text(), age };
}
