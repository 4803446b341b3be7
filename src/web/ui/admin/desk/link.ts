/** The page's socket to the box. It knows when the box fell silent, and comes back by itself. */
import { Backoff } from "../../shared/backoff";
import type { LiveMessage } from "../api";
import { parseLiveMessage } from "../board/board";

export interface LinkHost {
  heard(message: LiveMessage): void;
  lost(): void;
  /** The box did not open the socket: it may be gone, or the session may be. */
  refused(): void;
}

const WAITS = { first: 1_000, longest: 2_000 };
/** The box speaks each second; so quiet, the connection is dead without knowing, milliseconds. */
const SILENCE = 4_000;

export class AdminLink {
  private readonly backoff = new Backoff(WAITS);
  private socket: WebSocket | null = null;
  private timer: ReturnType<typeof setTimeout> | undefined;
  private closed = false;
  private readonly onOnline = () => this.socket === null && this.connect();

  constructor(
    private readonly url: string,
    private readonly host: LinkHost,
  ) {
    addEventListener("online", this.onOnline);
    this.connect();
  }

  close(): void {
    this.closed = true;
    removeEventListener("online", this.onOnline);
    clearTimeout(this.timer);
    const { socket } = this;
    this.socket = null;
    socket?.close();
  }

  private connect(): void {
    if (this.closed) return;
    const socket = new WebSocket(this.url);
    this.socket = socket;
    let opened = false;
    this.watch(socket);
    socket.addEventListener("open", () => {
      opened = true;
      if (socket === this.socket) this.watch(socket);
    });
    socket.addEventListener("message", ({ data }) => {
      if (socket !== this.socket || typeof data !== "string") return;
      this.watch(socket);
      const message = parseLiveMessage(data);
      if (message?.type === "hello") this.backoff.reset();
      if (message !== null) this.host.heard(message);
    });
    socket.addEventListener("close", () => {
      if (socket === this.socket && !opened) this.host.refused();
      this.lost(socket);
    });
  }

  /** From now on it may be silent so long and no longer. */
  private watch(socket: WebSocket): void {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.lost(socket), SILENCE);
  }

  private lost(socket: WebSocket): void {
    if (socket !== this.socket) return;
    this.socket = null;
    socket.close();
    clearTimeout(this.timer);
    this.host.lost();
    if (!this.closed) this.timer = setTimeout(() => this.connect(), this.backoff.next());
  }
}
