/** One visit to the page: joins what is heard and the player, and holds what the components draw. */
import { computed, signal } from "@preact/signals";

import { showAccent } from "../shared/accent";
import type { EventPhase, LiveState } from "../shared/live-message";
import type { ViewerStats } from "../shared/stats";
import { BucketFeed, CLOUD_DELAY } from "./bucket";
import { Door } from "./door";
import type { Feed, Link } from "./feed";
import { Haven } from "./haven";
import { LiveSocket } from "./live";
import { fetchPast, type Past } from "./past";
import { Player } from "./player/player";
import { IDLE_VIEW, type PlayerView } from "./player/view";
import { RecordingFeed } from "./recording";
import { Refuge } from "./refuge";
import { scene } from "./scene";
import { Settled } from "./settled";
import type { Source } from "./source";

/** The page's clock, milliseconds a tick. */
const TICK = 250;
/** The picture comes about so much later than the word of it: the sign waits as long, and never flashes. */
const SIGN_DELAY = 1_500;
/** A picture that stands for so long makes the link doubted, milliseconds. */
const DOUBT_AFTER = 1_500;
/** When recordings are asked for after an event, milliseconds. */
const LOOK_BACK = { after: 2_000, within: 4_000 };

export class Session {
  readonly live = signal<LiveState | null>(null);
  readonly view = signal<PlayerView>(IDLE_VIEW);
  /** The sound has been turned on once: the prompt in the middle is not needed any more. */
  readonly soundSeen = signal(false);
  /** The box wants a password before anything else. */
  readonly door = new Door(() => this.feed.retry());
  /** The picture comes from the cloud, as the box does not answer. */
  readonly refuge = signal(false);
  /** What else can be watched; empty while something is on. */
  readonly past = signal<Past[]>([]);

  private readonly link = signal<Link>("connecting");
  private readonly linkSince = signal(performance.now());
  private readonly startingSince = signal<number | null>(null);
  private readonly heldUntil = signal<number | null>(null);
  private readonly shownPhase = signal<EventPhase | null>(null);
  private readonly now = signal(performance.now());
  private readonly settled = new Settled<EventPhase | null>(null, SIGN_DELAY);
  private readonly missing = signal(false);
  /** The picture is just being moved from one place to another. */
  private moved = false;
  private readonly haven = new Haven();
  private readonly flight = new Refuge();
  private readonly feed: Feed;
  player: Player | null = null;

  private readonly scene = computed(() => {
    const now = this.now.value;
    const { phase, dryFor, unsupported } = this.view.value;
    return scene({
      phase: this.live.value?.state ?? null,
      shownPhase: this.shownPhase.value,
      link: this.link.value,
      linkLostFor: this.link.value === "open" ? 0 : now - this.linkSince.value,
      player: phase,
      startingFor: this.startingSince.value === null ? 0 : now - this.startingSince.value,
      dryFor,
      unsupported,
      missing: this.missing.value,
      refuge: this.refuge.value,
    });
  });

  // Each by itself, so that a component is drawn anew only when its own word changes.
  readonly card = computed(() => this.scene.value.card);
  readonly sign = computed(() => this.scene.value.sign);
  readonly reconnecting = computed(() => this.scene.value.reconnecting);

  /** Whole seconds until a held event ends by itself; `null` when it is not held. */
  readonly heldFor = computed(() => {
    const until = this.heldUntil.value;
    return until === null ? null : Math.max(0, Math.ceil((until - this.now.value) / 1_000));
  });

  constructor(readonly source: Source) {
    this.feed = this.listen();
    setInterval(() => this.tick(), TICK);
  }

  /** The elements that the picture is drawn in. */
  attach(video: HTMLVideoElement, canvas: HTMLCanvasElement): void {
    this.player = new Player(video, canvas, {
      changed: (view) => this.changed(view),
      networkTrouble: () => this.feed.doubt(),
    });
    this.direct();
  }

  /** The picture's place is gone. */
  detach(): void {
    this.player?.close();
    this.player = null;
    this.view.value = IDLE_VIEW;
  }

  stats(): ViewerStats {
    const { player } = this;
    return {
      latency: player?.view().latency ?? 0,
      p2pBytes: 0,
      httpBytes: player?.httpBytes ?? 0,
      peers: 0,
      stalls: player?.stalls ?? 0,
    };
  }

  private listen(): Feed {
    const { source } = this;
    const host = {
      state: (state: LiveState) => this.heard(state),
      link: (link: Link) => this.linked(link),
      refused: () => void this.door.look(),
      missing: () => (this.missing.value = true),
    };
    if (source.from === "recording") return new RecordingFeed(source.event, host);
    if (source.from === "bucket") {
      return new BucketFeed(new URL(source.entrance, document.baseURI).href, document.title, host);
    }
    const scheme = location.protocol === "https:" ? "wss:" : "ws:";
    return new LiveSocket(`${scheme}//${location.host}/api/live`, host);
  }

  private heard(state: LiveState): void {
    const before = this.live.value;
    this.live.value = state;
    showAccent(state.accent);
    if (this.source.from === "box" && state.state !== before?.state) this.turned(state, before);
    const { secondsLeft } = state;
    const held = state.state === "holding" && secondsLeft !== null;
    this.heldUntil.value = held ? performance.now() + secondsLeft * 1_000 : null;
    this.tick();
    this.direct();
  }

  private linked(link: Link): void {
    if (link === "open") this.door.opened();
    if (link === this.link.value) return;
    if (link === "open" && this.source.from === "box" && this.live.value !== null) void this.haven.ask();
    if (link === "open" && this.source.from === "recording") void this.lookBack();
    // From "connecting" to "lost" nothing changes for who waits: the time runs on.
    if (link === "open" || this.link.value === "open") this.linkSince.value = performance.now();
    this.link.value = link;
  }

  private changed(view: PlayerView): void {
    const before = this.view.value;
    if (view.phase !== before.phase) this.startingSince.value = view.phase === "starting" ? performance.now() : null;
    if (!view.muted) this.soundSeen.value = true;
    this.view.value = view;
    this.feed.report(view.phase === "playing" && !view.paused && !view.blocked && !this.refuge.value);
  }

  /** The box says that the event stands otherwise than before. */
  private turned({ state }: LiveState, before: LiveState | null): void {
    if (isOn(state)) {
      this.past.value = [];
      void this.haven.ask();
    } else if (before === null) void this.lookBack();
    // The event that has just ended is among them a moment later, and a full house does not ask at once.
    else setTimeout(() => void this.lookBack(), LOOK_BACK.after + Math.random() * LOOK_BACK.within);
  }

  private async lookBack(): Promise<void> {
    const past = await fetchPast();
    if (this.source.from === "recording" || !isOn(this.live.value?.state)) this.past.value = past;
  }

  /** Tells the player what the box said. */
  private direct(): void {
    const live = this.live.value;
    if (live === null || this.player === null) return;
    const { event, playlist, latency } = live;
    const recorded = this.source.from === "recording";
    if (!isOn(live.state)) this.player.drain();
    else if (event !== null && playlist !== null) {
      const haven = this.refuge.value ? this.haven.url.value : null;
      if (haven === null) this.player.show({ event, playlist, delay: latency, recorded, moved: this.moved });
      else this.player.show({ event: `cloud ${event}`, playlist: haven, delay: CLOUD_DELAY, moved: true });
    }
  }

  /** To the cloud when the box is gone, and back. */
  private flee(now: number): void {
    if (this.source.from !== "box") return;
    const { dryFor, failingFor } = this.view.value;
    const starting = this.startingSince.value === null ? 0 : now - this.startingSince.value;
    const standing = Math.max(dryFor, starting);
    const linked = this.link.value === "open";
    const linkFor = now - this.linkSince.value;
    if (linked && !this.refuge.value && standing > DOUBT_AFTER) this.feed.doubt();
    const away = this.flight.look(now, {
      onAir: isOn(this.live.value?.state),
      known: this.haven.url.value !== null,
      standing,
      linkLost: linked ? 0 : linkFor,
      failing: failingFor,
      linkOpen: linked ? linkFor : 0,
    });
    if (away === this.refuge.value) return;
    this.moved = true;
    this.refuge.value = away;
    this.direct();
    this.moved = false;
  }

  private tick(): void {
    const now = performance.now();
    this.shownPhase.value = this.settled.follow(this.live.value?.state ?? null, now);
    this.now.value = now;
    this.flee(now);
  }
}

function isOn(phase: EventPhase | undefined): boolean {
  return phase === "live" || phase === "holding";
}
