/** Carries out what a key asks for. */
import { command, type KeyPress } from "./keys";
import { toggleFullScreen } from "./screen";
import type { Session } from "./session";

/** Whether the key meant something. */
export function perform(session: Session, press: KeyPress, stage: HTMLElement, video: HTMLVideoElement): boolean {
  const asked = command(press);
  const { player } = session;
  // Over a poster there is nothing to control.
  if (asked === null || player === null || session.card.value !== null) return false;
  // As it stands now: what the page shows hears of a change a moment later, and a key may be quicker.
  const { paused, blocked, muted, volume } = player.view();
  switch (asked.do) {
    case "togglePlay":
      if (paused || blocked) player.play();
      else player.pause();
      break;
    case "toggleMute":
      player.setMuted(!muted);
      break;
    case "toggleFullScreen":
      void toggleFullScreen(stage, video);
      break;
    case "goLive":
      player.goLive();
      break;
    case "volume":
      player.setVolume((muted ? 0 : volume) + asked.by);
      break;
    case "step":
      player.step(asked.by);
      break;
  }
  return true;
}
