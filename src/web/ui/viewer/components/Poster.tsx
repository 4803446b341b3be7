/** What stands in place of the picture: an empty stage, and a sentence. */
import { strings } from "../../shared/strings";
import type { Card } from "../scene";
import type { Session } from "../session";
import { StageDrawing } from "./StageDrawing";

/**
 * The sentence of a card, and a second one; both may be missing. `offline`: the operator's own, while nothing is on;
 * `boxed`: there is a box to speak of.
 */
export function cardWords(card: Card, offline = "", boxed = true): string[] {
  switch (card) {
    case "quiet":
      return [];
    case "starting":
      return [strings.starting];
    case "waiting":
      return [strings.waiting, offline || strings.waitingMore];
    case "ended":
      return [strings.ended, offline || strings.endedMore];
    case "unreachable":
      return [boxed ? strings.unreachable : strings.away, strings.unreachableMore];
    case "unsupported":
      return [strings.unsupported, strings.unsupportedMore];
    case "missing":
      return [strings.missing, strings.missingMore];
  }
}

/** The operator's own picture where there is one; else the stage is drawn. */
export function Poster({ session, card }: { session: Session; card: Card }) {
  const live = session.live.value;
  const poster = live?.poster ?? null;
  const [sentence, more] = cardWords(card, live?.offline, session.source.from !== "bucket");
  return (
    <div class={`poster poster-${card} ${poster === null ? "" : "poster-own"}`}>
      {poster === null ? <StageDrawing /> : <img class="poster-drawing" src={poster} alt="" />}
      <div class={`poster-words ${sentence ? "poster-said" : ""}`} aria-hidden="true">
        {sentence ? <p class="poster-sentence">{sentence}</p> : null}
        {more ? <p class="poster-more">{more}</p> : null}
      </div>
    </div>
  );
}
