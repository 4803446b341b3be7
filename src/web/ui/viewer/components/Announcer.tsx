/** Says state changes to screen readers, politely, and nothing else: no countdowns, no numbers. */
import { strings } from "../../shared/strings";
import type { Session } from "../session";
import { cardWords } from "./Poster";

export function Announcer({ session }: { session: Session }) {
  return (
    <p class="for-ears" role="status" aria-live="polite">
      {words(session)}
    </p>
  );
}

function words(session: Session): string {
  const card = session.card.value;
  if (card !== null) return cardWords(card, session.live.value?.offline, session.source.from !== "bucket").join(" ");
  if (session.refuge.value) return strings.fromCloud;
  if (session.reconnecting.value) return strings.reconnecting;
  if (session.source.from === "recording") return strings.heard.recording;
  return session.sign.value === "holding" ? strings.heard.holding : strings.heard.live;
}
