import { useEffect } from "preact/hooks";

import { strings } from "../../shared/strings";
import type { Session } from "../session";
import { About } from "./About";
import { Announcer } from "./Announcer";
import { Doorway } from "./Doorway";
import { Past } from "./Past";
import { Stage } from "./Stage";

export function App({ session }: { session: Session }) {
  useTabTitle(session);
  if (session.door.asks.value) {
    return (
      <main>
        <Doorway door={session.door} />
      </main>
    );
  }
  return (
    <main class="viewer">
      <Stage session={session} />
      <About session={session} />
      <Past session={session} />
      <Announcer session={session} />
    </main>
  );
}

/** The browser's tab tells the state too. */
function useTabTitle(session: Session): void {
  const live = session.live.value;
  const card = session.card.value;
  const recorded = session.source.from === "recording";
  const title = live?.title || (recorded ? strings.recording : strings.title);
  const { tab } = strings;
  let state: string | null = null;
  if (card === "unreachable") state = tab.unreachable;
  else if (recorded) state = null;
  else if (card === null) state = session.sign.value === "holding" ? tab.holding : tab.live;
  else if (live !== null) state = tab[live.state];
  useEffect(() => {
    // A box without a name of its own event is called "Live": once is enough.
    const same = state?.endsWith(title) ?? false;
    document.title = state === null ? title : same ? `${state}` : `${state} — ${title}`;
  }, [state, title]);
}
