/** One visit to the page: joins the socket and the player, and holds what the components draw. */
import { computed, signal } from "@preact/signals";

import { showAccent } from "../shared/accent";
import type { EventPhase, LiveState } from "../shared/live-message";
import type { ViewerStats } from "../shared/stats";
import { Door } from "./door";
import { type Link, LiveSocket } from "./live";
import { Player } from "./player/player";
import { IDLE_VIEW, type PlayerView } from "./player/view";
import { scene } from "./scene";
import { Settled } from "./settled";

/** The page's clock, milliseconds a tick. */
const TICK = 250;
/** The picture comes about so much later than the word of it: the sign waits as long, and never flashes. */
const SIGN_DELAY = 1_500;

export class Session {
  readonly live = signal<LiveState | null>(null);
  readonly view = signal<PlayerView>(IDLE_VIEW);
  /** The sound has been turned on once: the prompt in the middle is not needed any more. */
  readonly soundSeen = signal(false);
  /** The box wants a password before anything else. */
  readonly door = new Door(() => this.socket.retry());

  private readonly link = signal<Link>("connecting");
  private readonly linkSince = signal(performance.now());
  private readonly startingSince = signal<number | null>(null);
  private readonly heldUntil = signal<number | null>(null);
  private readonly shownPhase = signal<EventPhase | null>(null);
  private readonly now = signal(performance.now());
  private readonly settled = new Settled<EventPhase | null>(null, SIGN_DELAY);
  private readonly socket: LiveSocket;
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

  constructor() {
    const scheme = location.protocol === "https:" ? "wss:" : "ws:";
    this.socket = new LiveSocket(`${scheme}//${location.host}/api/live`, {
      state: (state) => this.heard(state),
      link: (link) => this.linked(link),
      refused: () => void this.door.look(),
    });
    setInterval(() => this.tick(), TICK);
  }

  /** The elements that the picture is drawn in. */
  attach(video: HTMLVideoElement, canvas: HTMLCanvasElement): void {
    this.player = new Player(video, canvas, {
      changed: (view) => this.changed(view),
      networkTrouble: () => this.socket.doubt(),
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

  private heard(state: LiveState): void {
    this.live.value = state;
    showAccent(state.accent);
    const { secondsLeft } = state;
    const held = state.state === "holding" && secondsLeft !== null;
    this.heldUntil.value = held ? performance.now() + secondsLeft * 1_000 : null;
    this.tick();
    this.direct();
  }

  private linked(link: Link): void {
    if (link === "open") this.door.opened();
    if (link === this.link.value) return;
    // From "connecting" to "lost" nothing changes for who waits: the time runs on.
    if (link === "open" || this.link.value === "open") this.linkSince.value = performance.now();
    this.link.value = link;
  }

  private changed(view: PlayerView): void {
    const before = this.view.value;
    if (view.phase !== before.phase) this.startingSince.value = view.phase === "starting" ? performance.now() : null;
    if (!view.muted) this.soundSeen.value = true;
    this.view.value = view;
    this.socket.report(view.phase === "playing" && !view.paused && !view.blocked);
  }

  /** Tells the player what the box said. */
  private direct(): void {
    const live = this.live.value;
    if (live === null || this.player === null) return;
    const on = live.state === "live" || live.state === "holding";
    if (on && live.event !== null && live.playlist !== null) this.player.show(live.event, live.playlist, live.latency);
    else if (!on) this.player.drain();
  }

  private tick(): void {
    const now = performance.now();
    this.shownPhase.value = this.settled.follow(this.live.value?.state ?? null, now);
    this.now.value = now;
  }
}
