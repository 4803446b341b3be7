/** The bar to go back with: through a recording, or through what is kept of a live event. */
import { useState } from "preact/hooks";

import { clock } from "../../shared/format";
import { behindLive, placeOf, strings } from "../../shared/strings";
import { earliest, isLive, type Reach } from "../player/reach";
import type { Session } from "../session";

/** Seconds of an arrow, and of a page key. */
const STEP = 10;
const STRIDE = 60;

export function SeekBar({ session, reach }: { session: Session; reach: Reach }) {
  /** Where the thumb is held, and where the mouse points to: seconds from the bar's start. */
  const [held, setHeld] = useState<number | null>(null);
  const [pointed, setPointed] = useState<number | null>(null);
  const { start, end, live } = reach;
  const span = Math.max(1, end - start);
  const now = isLive(reach) ? span : Math.min(span, Math.max(0, reach.position - start));
  const shown = held ?? now;
  const go = (to: number) => session.player?.goTo(start + to);
  const words = (at: number) => (live ? behindLive(span - at) : clock(at));
  const onKeyDown = (event: KeyboardEvent) => {
    const to = {
      ArrowLeft: now - STEP,
      ArrowDown: now - STEP,
      ArrowRight: now + STEP,
      ArrowUp: now + STEP,
      PageDown: now - STRIDE,
      PageUp: now + STRIDE,
      Home: earliest(reach) - start,
      End: span,
    }[event.key];
    if (to === undefined || event.ctrlKey || event.altKey || event.metaKey) return;
    event.preventDefault();
    go(to);
  };
  const onPointerMove = (event: PointerEvent) => {
    const { left, width } = (event.currentTarget as HTMLElement).getBoundingClientRect();
    setPointed(span * Math.min(1, Math.max(0, (event.clientX - left) / width)));
  };
  const said = held ?? pointed;
  return (
    <div class="seek" style={{ "--filled": `${(shown / span) * 100}%` }}>
      <input
        class="slider seek-slider"
        type="range"
        min="0"
        max={span}
        step="any"
        value={shown}
        aria-label={live ? strings.rewind : strings.position}
        aria-valuetext={live ? behindLive(span - shown) : placeOf(clock(shown), clock(span))}
        onKeyDown={onKeyDown}
        onInput={(event) => setHeld(event.currentTarget.valueAsNumber)}
        onChange={(event) => {
          setHeld(null);
          go(event.currentTarget.valueAsNumber);
        }}
        onPointerMove={(event) => onPointerMove(event as unknown as PointerEvent)}
        onPointerLeave={() => setPointed(null)}
        onPointerCancel={() => setHeld(null)}
      />
      {said === null ? null : (
        <span class="seek-said" aria-hidden="true" style={{ "--at": String(said / span) }}>
          {words(said)}
        </span>
      )}
    </div>
  );
}
