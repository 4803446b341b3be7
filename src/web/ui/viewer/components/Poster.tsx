/** What stands in place of the picture: an empty stage, and a sentence. */
import { strings } from "../../shared/strings";
import type { Card } from "../scene";
import { StageDrawing } from "./StageDrawing";

/** The sentence of a card, and a second one; both may be missing. */
export function cardWords(card: Card): string[] {
  switch (card) {
    case "quiet":
      return [];
    case "starting":
      return [strings.starting];
    case "waiting":
      return [strings.waiting, strings.waitingMore];
    case "ended":
      return [strings.ended, strings.endedMore];
    case "unreachable":
      return [strings.unreachable, strings.unreachableMore];
    case "unsupported":
      return [strings.unsupported, strings.unsupportedMore];
  }
}

/** `poster` is the operator's own picture; without one the stage is drawn. */
export function Poster({ card, poster = null }: { card: Card; poster?: string | null }) {
  const [sentence, more] = cardWords(card);
  return (
    <div class={`poster poster-${card}`}>
      {poster === null ? <StageDrawing /> : <img class="poster-drawing" src={poster} alt="" />}
      <div class="poster-words" aria-hidden="true">
        {sentence ? <p class="poster-sentence">{sentence}</p> : null}
        {more ? <p class="poster-more">{more}</p> : null}
      </div>
    </div>
  );
}
