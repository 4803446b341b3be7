/**
 * The picture as viewers get it, for the operator's eye. It hears of the event as viewers' pages do but never
 * says that it plays, so it is not counted among the pages that watch.
 */
import { signal } from "@preact/signals";

import type { LiveState } from "../../shared/live-message";
import { Door } from "../../viewer/door";
import { LiveSocket } from "../../viewer/live";
import { Player } from "../../viewer/player/player";
import { IDLE_VIEW } from "../../viewer/player/view";

export class Preview {
  readonly view = signal(IDLE_VIEW);
  /** Where viewers need a password, this browser may too. */
  readonly door = new Door(() => this.socket.retry());
  private readonly player: Player;
  private readonly socket: LiveSocket;

  constructor(video: HTMLVideoElement, canvas: HTMLCanvasElement) {
    this.player = new Player(video, canvas, {
      changed: (view) => (this.view.value = view),
      networkTrouble: () => this.socket.doubt(),
    });
    const scheme = location.protocol === "https:" ? "wss:" : "ws:";
    this.socket = new LiveSocket(`${scheme}//${location.host}/api/live`, {
      state: (state) => this.heard(state),
      link: (link) => link === "open" && this.door.opened(),
      refused: () => void this.door.look(),
    });
  }

  close(): void {
    this.socket.close();
    this.player.close();
  }

  private heard(state: LiveState): void {
    const on = state.state === "live" || state.state === "holding";
    const { event, playlist, latency } = state;
    if (on && event !== null && playlist !== null) this.player.show({ event, playlist, delay: latency });
    else if (!on) this.player.drain();
  }
}
