/**
 * The player: one video element, and the engine that feeds it. It knows nothing of the page around it.
 *
 * ```text
 *          show(event)           first picture            drain(), played to its end
 *   idle ──────────────► starting ────────────► playing ────────────────────────────► finished
 *                            ▲                     │                                      │
 *                            └──── another event ──┴──────────────────────────────────────┘
 * ```
 */
import type { Engine, EngineFactory, EngineHost, Trouble } from "./engine";
import { findEngine } from "./find-engine";
import { Lateness } from "./lateness";
import { canRewind, earliest, placeAt, type Reach } from "./reach";
import { Recovery } from "./recovery";
import { Still } from "./still";
import type { PlayerHost, PlayerPhase, PlayerView, Showing } from "./view";
import { Watchdog } from "./watchdog";

/** How far behind the live edge to play where the box doesn't say, seconds: the smallest that ran without a stall. */
const SHORTEST_DELAY = 1.8;
/** How often latency and movement are looked at, milliseconds. */
const LOOK_EVERY = 250;
/** Running so long, a trouble counts as past, milliseconds. */
const HEALTHY_AFTER = 10_000;
/** An event that is over and plays no further for so long has been played to its end, milliseconds. */
const DRAINED_AFTER = 3_000;
/** A wait so soon after a jump belongs to the jump, milliseconds. */
const JUMP_SETTLES = 1_500;
/** An engine whose code could not be fetched is tried again after this, milliseconds. */
const FETCH_AGAIN = 1_000;

export class Player {
  private readonly watchdog = new Watchdog();
  private readonly lateness = new Lateness();
  private readonly recovery = new Recovery();
  private readonly closing = new AbortController();
  private readonly still: Still;
  private readonly factory: Promise<EngineFactory | null>;
  private engine: Engine | null = null;
  /** Counts engines, so that one of the past is known. */
  private turn = 0;
  private showing: Showing | null = null;
  private delay = SHORTEST_DELAY;
  private phase: PlayerPhase = "idle";
  private wanted = true;
  private blocked = false;
  private unsupported = false;
  private draining = false;
  private position = 0;
  private movedAt = 0;
  private movesSince = 0;
  private jumpedAt = Number.NEGATIVE_INFINITY;
  private remedy: ReturnType<typeof setTimeout> | undefined;
  /** Where to go on with the next engine, seconds: on the timeline of a recording, else behind live. */
  private goOnAt: number | null = null;
  private failingSince: number | null = null;

  /** Times that playback ran dry after its first picture. */
  stalls = 0;
  /** Media bytes fetched over HTTP. */
  httpBytes = 0;

  constructor(
    private readonly video: HTMLVideoElement,
    canvas: HTMLCanvasElement,
    private readonly host: PlayerHost,
  ) {
    this.still = new Still(canvas);
    this.factory = this.fetchEngine();
    video.muted = true;
    const { signal } = this.closing;
    video.addEventListener("playing", () => this.begun(), { signal });
    video.addEventListener("waiting", () => this.ranDry(), { signal });
    video.addEventListener("ended", () => this.playedOut(), { signal });
    video.addEventListener("pause", () => this.pausedFromOutside(), { signal });
    video.addEventListener("play", () => this.tell(), { signal });
    video.addEventListener("volumechange", () => this.tell(), { signal });
    document.addEventListener("visibilitychange", () => this.seenAgain(), { signal });
    const looking = setInterval(() => this.look(performance.now()), LOOK_EVERY);
    signal.addEventListener("abort", () => clearInterval(looking));
  }

  /** For a page that goes on without its picture. */
  close(): void {
    this.closing.abort();
    this.phase = "finished";
    this.destroyEngine();
  }

  /** Plays this; what already plays goes on undisturbed. */
  show(showing: Showing): void {
    this.draining = false;
    if (showing.event === this.showing?.event && this.phase !== "finished") return;
    // One that plays keeps the delay it began with: a change would be a jump for everybody.
    this.delay = Math.max(showing.delay ?? 0, SHORTEST_DELAY);
    this.showing = showing;
    this.goOnAt = null;
    this.failingSince = null;
    this.lateness.forget();
    this.movedAt = performance.now();
    if (showing.moved && this.phase === "playing") this.still.take(this.video);
    else {
      this.phase = "starting";
      this.wanted = true;
      this.still.drop();
    }
    void this.create();
  }

  /** The event is over: what there is of it is played to its end. */
  drain(): void {
    if (this.draining || this.phase === "idle" || this.phase === "finished") return;
    this.draining = true;
    // Who went back and paused may go on with it.
    if (this.phase === "starting" || (!this.wanted && this.reach() === null)) this.finish();
  }

  play(): void {
    this.wanted = true;
    this.blocked = false;
    this.comeBack();
    this.video.play().catch((error: unknown) => this.refused(error));
    this.tell();
  }

  pause(): void {
    this.wanted = false;
    this.lateness.choose();
    this.video.pause();
    this.tell();
  }

  goLive(): void {
    this.lateness.forget();
    this.jump();
    this.play();
  }

  /** Back or forth by `seconds`: without rewind as far as it is buffered, and not past the live position. */
  step(seconds: number): void {
    if (this.reach() !== null) return this.goTo(this.video.currentTime + seconds);
    const { buffered, currentTime } = this.video;
    for (let i = 0; i < buffered.length; i += 1) {
      const [start, end] = [buffered.start(i), buffered.end(i)];
      if (currentTime < start || currentTime > end) continue;
      const last = this.engine?.livePosition() ?? end;
      if (seconds > 0 && last <= currentTime) return;
      this.lateness.choose();
      this.moveTo(Math.min(Math.max(currentTime + seconds, start + 0.1), Math.min(last, end)));
    }
  }

  /** To a place in what can be gone through; near live it is live again. */
  goTo(position: number): void {
    const reach = this.reach();
    if (reach === null) return;
    const place = placeAt(reach, position);
    if (place !== "live") {
      this.lateness.choose();
      this.moveTo(place);
    } else if (this.wanted) this.goLive();
    else this.jump();
    this.tell();
  }

  setMuted(muted: boolean): void {
    this.video.muted = muted;
    if (!muted && this.video.volume === 0) this.video.volume = 0.5;
  }

  setVolume(volume: number): void {
    this.video.volume = Math.min(1, Math.max(0, volume));
    this.video.muted = this.video.volume === 0;
  }

  view(now = performance.now()): PlayerView {
    const { muted, volume } = this.video;
    const playing = this.phase === "playing";
    return {
      phase: this.phase,
      paused: !this.wanted,
      blocked: this.blocked,
      unsupported: this.unsupported,
      muted,
      volume,
      delay: this.delay,
      latency: playing && !this.draining ? (this.engine?.latency() ?? null) : null,
      dryFor: playing && this.wanted && !this.blocked ? now - this.movedAt : 0,
      failingFor: this.failingSince === null ? 0 : now - this.failingSince,
      reach: playing ? this.reach() : null,
      over: this.isRecorded() && this.video.ended,
    };
  }

  private async fetchEngine(): Promise<EngineFactory | null> {
    for (;;) {
      try {
        return await findEngine(this.video);
      } catch {
        await new Promise((resolve) => setTimeout(resolve, FETCH_AGAIN));
      }
    }
  }

  private async create(): Promise<void> {
    this.destroyEngine();
    this.tell();
    const turn = this.turn;
    const create = await this.factory;
    // While the code came, another event may have begun or this one ended.
    if (turn !== this.turn || this.showing === null) return;
    if (create === null) this.unsupported = true;
    else this.engine = create(this.video, this.showing.playlist, this.delay, this.engineHost(turn));
    this.tell();
  }

  /** What a destroyed engine still has to say is not heard. */
  private engineHost(turn: number): EngineHost {
    const current = () => turn === this.turn;
    return {
      ready: () => current() && this.wanted && this.play(),
      trouble: (kind) => current() && this.mend(kind),
      loaded: (bytes) => {
        this.httpBytes += bytes;
        if (current()) this.failingSince = null;
      },
      failed: () => current() && (this.failingSince ??= performance.now()),
    };
  }

  private destroyEngine(): void {
    clearTimeout(this.remedy);
    this.remedy = undefined;
    this.turn += 1;
    const engine = this.engine;
    this.engine = null;
    engine?.destroy();
  }

  private mend(kind: Trouble): void {
    if (kind === "network") this.host.networkTrouble();
    if (this.draining) return this.finish();
    const { act, after } = this.recovery.decide(kind);
    clearTimeout(this.remedy);
    this.remedy = setTimeout(() => {
      this.remedy = undefined;
      if (act === "recreate") this.recreate();
      else this.engine?.[act]();
    }, after);
  }

  private recreate(): void {
    if (this.phase === "playing") this.still.take(this.video);
    this.goOnAt ??= this.chosenPlace();
    void this.create();
  }

  /** Where the viewer wants to be, other than live. */
  private chosenPlace(): number | null {
    if (this.phase !== "playing") return null;
    if (this.isRecorded()) return this.video.currentTime;
    const live = this.engine?.livePosition() ?? null;
    return this.lateness.chosen && live !== null ? live - this.video.currentTime : null;
  }

  /** With a new engine playback begins at live, or at the recording's beginning. */
  private goOn(): void {
    const at = this.goOnAt;
    this.goOnAt = null;
    if (at === null) return;
    const live = this.isRecorded() ? null : (this.engine?.livePosition() ?? null);
    if (this.isRecorded()) this.moveTo(at);
    else if (live !== null) {
      this.lateness.choose();
      this.moveTo(Math.max(live - at, this.earliest()));
    }
  }

  /** What was paused for so long that the list has forgotten its place. */
  private comeBack(): void {
    const range = this.engine?.range() ?? null;
    if (range === null || !range.live || this.video.currentTime >= range.start) return;
    if (this.lateness.chosen && canRewind(range)) this.moveTo(earliest(range));
    else this.jump();
  }

  private earliest(): number {
    const range = this.engine?.range() ?? null;
    return range === null ? 0 : earliest(range);
  }

  private reach(): Reach | null {
    const range = this.engine?.range() ?? null;
    return range !== null && canRewind(range) ? { ...range, position: this.video.currentTime } : null;
  }

  private isRecorded(): boolean {
    return this.showing?.recorded ?? false;
  }

  /** A live event's end says that it is over, whoever says so first. */
  private playedOut(): void {
    if (!this.isRecorded()) return this.finish();
    this.wanted = false;
    this.tell();
  }

  private begun(): void {
    this.still.drop();
    this.blocked = false;
    this.goOn();
    this.phase = this.phase === "starting" ? "playing" : this.phase;
    this.tell();
  }

  private ranDry(): void {
    const jumping = this.video.seeking || performance.now() - this.jumpedAt < JUMP_SETTLES;
    if (this.phase === "playing" && this.wanted && !this.draining && !jumping) this.stalls += 1;
  }

  private finish(): void {
    this.phase = "finished";
    this.draining = false;
    this.destroyEngine();
    this.still.drop();
    this.tell();
  }

  /** By a headset, the system's media keys or a picture-in-picture window; in the background by the system itself. */
  private pausedFromOutside(): void {
    if (!document.hidden && !this.video.ended && this.engine !== null && this.phase === "playing") {
      this.wanted = false;
      this.lateness.choose();
    }
    this.tell();
  }

  private seenAgain(): void {
    if (!document.hidden && this.wanted && this.engine !== null && this.video.paused) this.play();
  }

  private refused(error: unknown): void {
    if (!(error instanceof DOMException) || error.name !== "NotAllowedError") return;
    if (this.video.muted) this.blocked = true;
    else {
      this.video.muted = true;
      this.play();
    }
    this.tell();
  }

  private jump(): void {
    const position = this.engine?.livePosition();
    if (position !== null && position !== undefined) this.moveTo(position);
  }

  private moveTo(position: number): void {
    // Without media this would only say where the next one shall begin.
    if (this.video.readyState === HTMLMediaElement.HAVE_NOTHING) return;
    this.jumpedAt = performance.now();
    this.video.currentTime = position;
  }

  private catchUp(now: number): void {
    const position = this.engine?.canKeepUp ? this.engine.livePosition() : null;
    if (position === null || this.phase !== "playing" || !this.wanted || this.draining || this.video.seeking) return;
    if (this.lateness.shouldJump(now, position - this.video.currentTime)) this.jump();
  }

  private look(now: number): void {
    const { currentTime } = this.video;
    if (currentTime !== this.position) {
      if (now - this.movedAt > 2 * LOOK_EVERY) this.movesSince = now;
      this.position = currentTime;
      this.movedAt = now;
      if (now - this.movesSince > HEALTHY_AFTER) this.recovery.healthy();
    }
    this.catchUp(now);
    if (this.draining && this.wanted && now - this.movedAt > DRAINED_AFTER) this.finish();
    const active = this.phase === "starting" || this.phase === "playing";
    const shouldMove = active && this.wanted && !this.blocked && this.engine !== null && !this.draining;
    const rescue = this.watchdog.look(now, currentTime, shouldMove);
    // Who went back is not thrown to live by a slow answer.
    const stays = this.lateness.chosen || this.isRecorded();
    if (rescue === "jump" && !stays) {
      this.jump();
      this.position = this.video.currentTime;
      this.watchdog.expect(this.video.currentTime);
      this.video.play().catch((error: unknown) => this.refused(error));
    } else if (rescue === "recreate" && this.remedy === undefined) this.recreate();
    this.tell(now);
  }

  private tell(now = performance.now()): void {
    this.host.changed(this.view(now));
  }
}
