/** The page's socket to the box: hears where the event stands, tells whether playback runs, comes back by itself. */
import { Backoff } from "../shared/backoff";
import { type PageMessage, parseLiveState } from "../shared/live-message";
import type { Feed, FeedHost } from "./feed";

const WAITS = { first: 500, longest: 5_000 };
/** A socket that is not open by then is given up, milliseconds: an address that is gone answers nothing at all. */
const OPEN_WITHIN = 4_000;
/** The box takes no more than some messages; changes closer together than this are told as one, milliseconds. */
const TELL_EVERY = 1_000;
/** A socket this young is not doubted, milliseconds. */
const TRUSTED_FOR = 10_000;
/** RFC 6455 registry: the box restarts and is back in a moment. */
const SERVICE_RESTART = 1012;

export class LiveSocket implements Feed {
  private readonly backoff = new Backoff(WAITS);
  private socket: WebSocket | null = null;
  private timer: ReturnType<typeof setTimeout> | undefined;
  private playing = false;
  /** What this connection was told last; the box takes a new one as not playing. */
  private told = false;
  private telling: ReturnType<typeof setTimeout> | undefined;
  private heardAt = 0;
  private readonly onOnline = () => this.doubt();

  constructor(
    private readonly url: string,
    private readonly host: FeedHost,
  ) {
    addEventListener("online", this.onOnline);
    this.connect();
  }

  report(playing: boolean): void {
    this.playing = playing;
    if (this.telling === undefined) this.tell();
  }

  retry(): void {
    this.backoff.reset();
    if (this.socket === null) this.connect();
  }

  close(): void {
    removeEventListener("online", this.onOnline);
    clearTimeout(this.timer);
    clearTimeout(this.telling);
    const { socket } = this;
    this.socket = null;
    socket?.close();
  }

  /** A socket that has been quiet for a while may be dead without knowing. */
  doubt(): void {
    const quiet = performance.now() - this.heardAt > TRUSTED_FOR;
    if (this.socket?.readyState === WebSocket.OPEN && quiet) this.lost(this.socket, 0);
  }

  private connect(): void {
    clearTimeout(this.timer);
    const socket = new WebSocket(this.url);
    this.socket = socket;
    this.told = false;
    this.timer = setTimeout(() => this.lost(socket, 0), OPEN_WITHIN);
    let opened = false;
    socket.addEventListener("open", () => {
      opened = true;
      if (socket !== this.socket) return;
      clearTimeout(this.timer);
      this.heardAt = performance.now();
      this.host.link("open");
      this.report(this.playing);
    });
    socket.addEventListener("message", ({ data }) => {
      if (socket !== this.socket || typeof data !== "string") return;
      // Not at "open": a box that takes connections and closes them at once is not back.
      this.backoff.reset();
      this.heardAt = performance.now();
      const state = parseLiveState(data);
      if (state !== null) this.host.state(state);
    });
    socket.addEventListener("close", ({ code }) => {
      if (socket === this.socket && !opened) this.host.refused();
      this.lost(socket, code);
    });
  }

  private lost(socket: WebSocket, code: number): void {
    if (socket !== this.socket) return;
    this.socket = null;
    socket.close();
    if (code === SERVICE_RESTART) this.backoff.reset();
    this.host.link("lost");
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.connect(), this.backoff.next());
  }

  private tell(): void {
    if (this.socket?.readyState !== WebSocket.OPEN || this.told === this.playing) return;
    this.told = this.playing;
    const message: PageMessage = { type: this.playing ? "playing" : "stopped" };
    this.socket.send(JSON.stringify(message));
    this.telling = setTimeout(() => {
      this.telling = undefined;
      this.tell();
    }, TELL_EVERY);
  }
}
