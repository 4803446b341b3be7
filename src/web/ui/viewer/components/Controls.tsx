/** The bar under the picture. */
import { useEffect, useState } from "preact/hooks";

import { clock, tenths } from "../../shared/format";
import { placeOf, seconds, strings } from "../../shared/strings";
import { canFullScreen, canPictureInPicture, toggleFullScreen, togglePictureInPicture } from "../screen";
import type { Session } from "../session";
import { Icon, type IconName } from "./Icon";
import { SeekBar } from "./SeekBar";

/** Further behind than it aims to be by so much is not live any more, seconds. */
const LIVE_WITHIN = 2.2;

interface ControlsProps {
  session: Session;
  stage: HTMLElement;
  video: HTMLVideoElement;
}

export function Controls({ session, stage, video }: ControlsProps) {
  const { paused, blocked, latency, delay, reach } = session.view.value;
  const { player } = session;
  const full = useFullScreen();
  const stopped = paused || blocked;
  const behind = tenths(latency);
  const atEdge = !stopped && (behind === null || behind <= delay + LIVE_WITHIN);
  return (
    <div class="controls" role="group" aria-label={strings.controls}>
      {reach === null ? null : <SeekBar session={session} reach={reach} />}
      <ControlButton
        icon={stopped ? "play" : "pause"}
        label={stopped ? strings.play : strings.pause}
        filled
        press={() => (stopped ? player?.play() : player?.pause())}
      />
      <Volume session={session} />
      {reach?.live === false ? null : (
        <button
          type="button"
          class={`live-mark ${atEdge ? "live-mark-on" : ""}`}
          aria-label={atEdge ? strings.liveHint : strings.goToLive}
          onClick={() => player?.goLive()}
        >
          <span class="live-dot" aria-hidden="true" />
          {atEdge ? strings.live : strings.goToLive}
        </button>
      )}
      <span class="controls-gap" />
      {behind === null ? null : (
        <span class="delay">
          {seconds(behind)}
          <span class="delay-word"> {strings.behind}</span>
        </span>
      )}
      {reach?.live === false ? (
        <span class="delay">{placeOf(clock(reach.position), clock(reach.end))}</span>
      ) : null}
      {canPictureInPicture() ? (
        <ControlButton
          icon="pictureInPicture"
          label={strings.pictureInPicture}
          press={() => void togglePictureInPicture(video)}
        />
      ) : null}
      {canFullScreen(video) ? (
        <ControlButton
          icon={full ? "leaveFullScreen" : "fullScreen"}
          label={full ? strings.leaveFullScreen : strings.fullScreen}
          press={() => void toggleFullScreen(stage, video)}
        />
      ) : null}
    </div>
  );
}

function Volume({ session }: { session: Session }) {
  const { muted, volume } = session.view.value;
  const heard = muted ? 0 : volume;
  return (
    <div class="volume">
      <ControlButton
        icon={heard === 0 ? "silent" : heard < 0.5 ? "soft" : "loud"}
        label={heard === 0 ? strings.unmute : strings.mute}
        press={() => session.player?.setMuted(heard !== 0)}
      />
      <input
        class="slider volume-slider"
        type="range"
        min="0"
        max="1"
        step="0.05"
        value={heard}
        aria-label={strings.volume}
        style={{ "--filled": `${heard * 100}%` }}
        onInput={(event) => session.player?.setVolume(event.currentTarget.valueAsNumber)}
      />
    </div>
  );
}

interface ControlButtonProps {
  icon: IconName;
  label: string;
  filled?: boolean;
  press: () => void;
}

function ControlButton({ icon, label, filled = false, press }: ControlButtonProps) {
  return (
    <button type="button" class="control" aria-label={label} title={label} onClick={press}>
      <Icon name={icon} filled={filled} />
    </button>
  );
}

function useFullScreen(): boolean {
  const [full, setFull] = useState(document.fullscreenElement !== null);
  useEffect(() => {
    const onChange = () => setFull(document.fullscreenElement !== null);
    document.addEventListener("fullscreenchange", onChange);
    return () => document.removeEventListener("fullscreenchange", onChange);
  }, []);
  return full;
}
