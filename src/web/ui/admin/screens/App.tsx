/** Which screen is shown, and what stands around it. */
import { useEffect, useRef, useState } from "preact/hooks";

import type { Desk } from "../desk/desk";
import { Announcer } from "../live/Announcer";
import { Footer, Header } from "../live/Header";
import { Live } from "../live/Live";
import { useTab } from "../live/tab";
import { Icon } from "../parts/Icon";
import { lostSince, strings } from "../strings";
import { Wizard } from "../wizard/Wizard";
import { Gate } from "./Gate";
import { KeysScreen } from "./KeysScreen";
import { NetworkScreen } from "./NetworkScreen";
import { PageScreen } from "./PageScreen";
import { PosterScreen } from "./PosterScreen";
import { RecordingsScreen } from "./RecordingsScreen";
import { SettingsScreen } from "./SettingsScreen";

/** From here on the header has room for what ends a show. */
const WIDE = matchMedia("(min-width: 760px)");

export function App({ desk }: { desk: Desk }) {
  useTab(desk);
  const wide = useMedia(WIDE);
  const screen = desk.screen.value;
  const content = useRef<HTMLElement>(null);
  const before = useRef(screen);
  // Another screen is read from its beginning.
  useEffect(() => {
    if (before.current !== screen) content.current?.focus({ preventScroll: true });
    before.current = screen;
  }, [screen]);
  if (!desk.session.value?.signedIn || desk.settings.value === null) return <Gate desk={desk} />;
  if (screen === "setup") return <Wizard desk={desk} />;
  return (
    <div class={desk.lostSince.value === null ? "desk" : "desk stale"}>
      <a class="skip" href="#content">
        {strings.skipToContent}
      </a>
      <div class="top">
        <Header desk={desk} wide={wide} />
        <Lost desk={desk} />
      </div>
      <main class={`content content-${screen}`} id="content" tabIndex={-1} ref={content}>
        <Screen desk={desk} wide={wide} />
      </main>
      {wide ? null : <Footer desk={desk} />}
      <Announcer desk={desk} />
    </div>
  );
}

function Screen({ desk, wide }: { desk: Desk; wide: boolean }) {
  switch (desk.screen.value) {
    case "recordings":
      return <RecordingsScreen desk={desk} />;
    case "page":
      return <PageScreen desk={desk} />;
    case "poster":
      return <PosterScreen desk={desk} />;
    case "keys":
      return <KeysScreen desk={desk} />;
    case "network":
      return <NetworkScreen desk={desk} />;
    case "settings":
      return <SettingsScreen desk={desk} />;
    default:
      return <Live desk={desk} wide={wide} />;
  }
}

/** Figures of then are said to be of then. */
function Lost({ desk }: { desk: Desk }) {
  const since = desk.lostSince.value;
  if (since === null) return null;
  return (
    <section class="lost" aria-label={strings.lost.sentence}>
      <Icon name="unplugged" />
      <p>
        <strong>{lostSince(desk.moments.value.second(since))}</strong> {desk.state.value === null ? strings.lost.again : strings.lost.more}
      </p>
    </section>
  );
}

function useMedia(query: MediaQueryList): boolean {
  const [matches, setMatches] = useState(query.matches);
  useEffect(() => {
    const onChange = () => setMatches(query.matches);
    query.addEventListener("change", onChange);
    return () => query.removeEventListener("change", onChange);
  }, [query]);
  return matches;
}
