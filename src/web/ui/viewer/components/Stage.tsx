/** The picture with all that lies over it: poster, signs, prompt, controls. */
import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";

import { clock } from "../../shared/format";
import { strings, waitsMore } from "../../shared/strings";
import { pressed } from "../keys";
import { toggleFullScreen } from "../screen";
import type { Session } from "../session";
import { perform } from "../commands";
import { Controls } from "./Controls";
import { Icon } from "./Icon";
import { Poster } from "./Poster";
import { useAwake } from "./awake";

export function Stage({ session }: { session: Session }) {
  const stage = useRef<HTMLElement>(null);
  const video = useRef<HTMLVideoElement>(null);
  const still = useRef<HTMLCanvasElement>(null);
  const [ready, setReady] = useState(false);
  const { awake, wake, toggle } = useAwake();
  const { muted, paused, blocked } = session.view.value;
  const card = session.card.value;
  const playing = card === null;

  useLayoutEffect(() => {
    if (video.current === null || still.current === null) return undefined;
    session.attach(video.current, still.current);
    setReady(true);
    return () => session.detach();
  }, [session]);

  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      wake();
      if (stage.current && video.current && perform(session, pressed(event), stage.current, video.current)) {
        event.preventDefault();
      }
    };
    addEventListener("keydown", onKey);
    return () => removeEventListener("keydown", onKey);
  }, [session, wake]);

  // They are there when the picture comes.
  useEffect(() => {
    if (playing) wake();
  }, [playing, wake]);

  // A mouse stops and starts by a click; a finger calls the controls, and sends them away.
  const onPicture = (event: PointerEvent) => {
    if (event.pointerType === "mouse") {
      if (paused || blocked) session.player?.play();
      else session.player?.pause();
      wake();
    } else toggle();
  };
  const shown = awake || paused || blocked;

  return (
    <section
      class={`stage ${playing ? (shown ? "" : "stage-asleep") : "stage-poster"}`}
      ref={stage}
      aria-label={strings.player}
      onPointerMove={(event) => event.pointerType === "mouse" && wake()}
      onFocusIn={wake}
      onInput={wake}
    >
      <video class="stage-picture" ref={video} playsInline muted disableRemotePlayback aria-label={strings.player} />
      <canvas class="stage-picture" ref={still} hidden aria-hidden="true" />
      <div
        class="stage-touch"
        onClick={(event) => playing && onPicture(event as unknown as PointerEvent)}
        onDblClick={() => stage.current && video.current && void toggleFullScreen(stage.current, video.current)}
      />
      {card === null ? <OverPicture session={session} /> : <Poster session={session} card={blocked ? "quiet" : card} />}
      {playing || blocked ? <Prompt session={session} muted={muted} blocked={blocked} /> : null}
      {playing && ready && stage.current && video.current ? (
        <Controls session={session} stage={stage.current} video={video.current} />
      ) : null}
    </section>
  );
}

/** The one thing to press in the middle: sound, or the start where the browser wants a tap for it. */
function Prompt({ session, muted, blocked }: { session: Session; muted: boolean; blocked: boolean }) {
  if (blocked) {
    return (
      <button type="button" class="prompt" onClick={() => session.player?.play()}>
        <Icon name="play" filled />
        {strings.tapToPlay}
      </button>
    );
  }
  if (session.view.value.over) {
    return (
      <button type="button" class="prompt" onClick={() => session.player?.play()}>
        <Icon name="play" filled />
        {strings.watchAgain}
      </button>
    );
  }
  if (!muted || session.soundSeen.value) return null;
  return (
    <button type="button" class="prompt" onClick={() => session.player?.setMuted(false)}>
      <Icon name="loud" />
      {strings.tapForSound}
    </button>
  );
}

/** Small signs, quiet ones, over a picture that stays in sight. */
function OverPicture({ session }: { session: Session }) {
  const sign = session.sign.value;
  return (
    <>
      <div class={`veil ${sign === "holding" ? "veil-drawn" : ""}`} />
      {session.reconnecting.value ? <p class="note">{strings.reconnecting}</p> : null}
      {sign === "buffering" ? (
        <p class="sign sign-buffering">
          <span class="dots" aria-hidden="true" />
          {strings.buffering}
        </p>
      ) : null}
      {sign === "holding" ? <Holding session={session} /> : null}
    </>
  );
}

function Holding({ session }: { session: Session }) {
  const left = session.heldFor.value;
  return (
    <div class="sign sign-holding" aria-hidden="true">
      <p>{strings.holding}</p>
      {left !== null && left > 0 ? <p class="sign-more">{waitsMore(clock(left))}</p> : null}
    </div>
  );
}
