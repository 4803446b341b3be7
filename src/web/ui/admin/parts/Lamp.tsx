/** The lamp: the one word that answers how the show is. */
import { clock } from "../../shared/format";
import type { Lamp as LampState } from "../api";
import { strings } from "../strings";

interface LampProps {
  lamp: LampState | "unknown";
  /** Of a hold. */
  secondsLeft: number | null;
}

export function Lamp({ lamp, secondsLeft }: LampProps) {
  return (
    <span class={`lamp lamp-${lamp}`}>
      <span class="lamp-dot" aria-hidden="true" />
      {strings.lamp[lamp]}
      {lamp === "holding" && secondsLeft !== null ? <span class="lamp-left">{clock(secondsLeft)}</span> : null}
    </span>
  );
}
