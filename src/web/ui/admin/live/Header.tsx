/** Always in sight: the box's name, the lamp, the time on air; and the ways to everything else. */
import { switchTheme, theme } from "../../shared/theme";
import type { Desk } from "../desk/desk";
import { Icon } from "../parts/Icon";
import { Lamp } from "../parts/Lamp";
import { Link } from "../parts/Link";
import type { Screen } from "../route";
import { strings } from "../strings";
import { onAirClock } from "../units";
import { Actions } from "./Actions";

const ENTRIES: Exclude<Screen, "poster" | "setup">[] = ["live", "recordings", "page", "keys", "network", "settings"];

export function Header({ desk, wide }: { desk: Desk; wide: boolean }) {
  return (
    <header class="header">
      <div class="header-inside">
        <p class="header-name" title={desk.boxName.value}>
          {desk.boxName.value}
        </p>
        <nav class="nav" aria-label={strings.nav.label}>
          {ENTRIES.map((entry) => (
            <Link key={entry} desk={desk} to={entry} class="nav-link" current={isCurrent(entry, desk.screen.value)}>
              {strings.nav[entry]}
            </Link>
          ))}
        </nav>
        <Status desk={desk} />
        {wide ? (
          <div class="header-end">
            <Actions desk={desk} />
            <ThemeSwitch />
            <SignOut desk={desk} />
          </div>
        ) : null}
      </div>
    </header>
  );
}

function Status({ desk }: { desk: Desk }) {
  const lamp = desk.lamp.value;
  const state = desk.state.value;
  if (lamp === null) return <div class="status" />;
  const since = state?.onAirSince ?? null;
  const onAir = since !== null && state !== null && (lamp === "on-air" || lamp === "holding" || lamp === "unknown");
  return (
    <div class="status">
      <Lamp lamp={lamp} secondsLeft={state?.secondsLeft ?? null} />
      {onAir ? (
        <span class={`status-time ${lamp === "unknown" ? "old" : ""}`}>
          <span class="for-ears">{strings.onAirFor} </span>
          {onAirClock((state.now - since) / 1_000)}
        </span>
      ) : null}
    </div>
  );
}

/** On a phone what is seldom needed stands at the end of the page. */
export function Footer({ desk }: { desk: Desk }) {
  return (
    <footer class="footer">
      <ThemeSwitch />
      <SignOut desk={desk} />
    </footer>
  );
}

function SignOut({ desk }: { desk: Desk }) {
  const label = strings.nav.signOut;
  return (
    <button
      type="button"
      class="icon-button"
      aria-label={label}
      title={label}
      onClick={() => void desk.signOut().catch(() => undefined)}
    >
      <Icon name="signOut" />
    </button>
  );
}

export function ThemeSwitch() {
  const dark = theme.value === "dark";
  const label = dark ? strings.nav.lightTheme : strings.nav.darkTheme;
  return (
    <button type="button" class="icon-button" aria-label={label} title={label} onClick={switchTheme}>
      <Icon name={dark ? "sun" : "moon"} />
    </button>
  );
}

function isCurrent(entry: Screen, screen: Screen): boolean {
  return entry === screen || (entry === "page" && screen === "poster");
}
