/** What is to be seen, from what is known: pure, so that every state of the page can be tested. */
import type { EventPhase } from "../shared/live-message";
import type { Link } from "./feed";
import type { PlayerPhase } from "./player/view";

/** The poster in place of the picture; `quiet` has no words yet. */
export type Card = "quiet" | "starting" | "waiting" | "ended" | "unreachable" | "unsupported" | "missing";

/** A small sign over the picture. */
export type Sign = "holding" | "buffering" | null;

export interface Facts {
  /** Where the event stands as the box told last; `null` before its first word. */
  phase: EventPhase | null;
  /** The phase as it is shown: it follows `phase` a moment later, as the picture does. */
  shownPhase: EventPhase | null;
  link: Link;
  /** Milliseconds since the link was last open; 0 while it is. */
  linkLostFor: number;
  player: PlayerPhase;
  /** Milliseconds for which the player has been starting; 0 otherwise. */
  startingFor: number;
  /** Milliseconds for which the picture ought to move and does not. */
  dryFor: number;
  unsupported: boolean;
  /** The recording that was asked for is not there. */
  missing?: boolean;
  /** The picture comes from the cloud, without the box. */
  refuge?: boolean;
}

export interface Scene {
  card: Card | null;
  sign: Sign;
  reconnecting: boolean;
}

/** A shorter loss of the link is not worth a word, milliseconds. */
export const LINK_GRACE = 1_500;
/** Without link and without movement for so long, the picture gives way to the card, milliseconds. */
export const DRY_GRACE = 8_000;
/** Buffering is shown only after this, milliseconds. */
export const BUFFERING_AFTER = 1_000;
/** A start that takes no longer needs no word, milliseconds. */
export const STARTING_AFTER = 1_000;

export function scene(facts: Facts): Scene {
  const { phase, shownPhase, link, linkLostFor, player, startingFor, dryFor, unsupported, missing = false, refuge = false } = facts;
  const lost = link !== "open" && linkLostFor > LINK_GRACE;
  if (player === "playing" && !(lost && dryFor > DRY_GRACE)) {
    const dry = dryFor > BUFFERING_AFTER;
    const held = shownPhase === "holding";
    return { card: null, sign: held ? "holding" : dry ? "buffering" : null, reconnecting: lost && !refuge };
  }
  const card = (card: Card): Scene => ({ card, sign: null, reconnecting: false });
  if (missing) return card("missing");
  if (lost) return card("unreachable");
  switch (phase) {
    case null:
      return card("quiet");
    case "waiting":
    case "ended":
      return card(phase);
    case "live":
    case "holding":
      if (unsupported) return card("unsupported");
      return card(startingFor > STARTING_AFTER ? "starting" : "quiet");
  }
}
