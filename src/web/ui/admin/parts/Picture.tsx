/** The live picture, muted and small: what viewers see. */
import { useEffect, useRef, useState } from "preact/hooks";

import { tenths } from "../../shared/format";
import { StageDrawing } from "../../viewer/components/StageDrawing";
import { Preview } from "../desk/preview";
import { strings } from "../strings";

interface PictureProps {
  /** A sign over the picture. */
  sign?: string | null;
  /** The words in its place. */
  title: string;
  more: string | null;
  /** Whether a picture is to be expected. */
  on: boolean;
}

export function Picture({ sign = null, title, more, on }: PictureProps) {
  const video = useRef<HTMLVideoElement>(null);
  const still = useRef<HTMLCanvasElement>(null);
  const [preview, setPreview] = useState<Preview | null>(null);
  useEffect(() => {
    if (video.current === null || still.current === null) return;
    const made = new Preview(video.current, still.current);
    setPreview(made);
    return () => made.close();
  }, []);
  const view = preview?.view.value;
  const playing = view?.phase === "playing";
  const behind = tenths(view?.latency ?? null);
  const locked = preview?.door.asks.value ?? false;
  const expected = view?.unsupported ? strings.live.pictureLost : strings.live.pictureComes;
  return (
    <section class="picture" aria-label={strings.live.preview}>
      <video class="picture-video" ref={video} playsInline muted disableRemotePlayback aria-label={strings.live.preview} />
      <canvas class="picture-video" ref={still} hidden aria-hidden="true" />
      {playing ? null : (
        <div class="picture-card">
          <StageDrawing />
          <div class="picture-words">
            <p class="picture-title">{on ? (locked ? strings.live.pictureLocked : expected) : title}</p>
            {more !== null && !on ? <p class="picture-more">{more}</p> : null}
            {on && locked ? (
              <a class="picture-more" href="/" target="_blank" rel="noopener">
                {strings.live.unlock}
              </a>
            ) : null}
          </div>
        </div>
      )}
      {playing && behind !== null ? (
        <p class="picture-tag">
          {behind.toFixed(1)} s {strings.live.behind}
        </p>
      ) : null}
      {playing && sign !== null ? <p class="picture-tag picture-sign">{sign}</p> : null}
    </section>
  );
}
