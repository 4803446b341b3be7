/** What stands below the picture: title, welcome, how many watch, where the picture comes from, and the switch of colours. */
import { strings, watching } from "../../shared/strings";
import { switchTheme, theme } from "../../shared/theme";
import type { Session } from "../session";
import { Icon } from "./Icon";

export function About({ session }: { session: Session }) {
  const live = session.live.value;
  // A number of long ago is no number.
  const viewers = session.card.value === null && !session.refuge.value ? (live?.viewers ?? 0) : 0;
  const untitled = session.source.from === "recording" ? strings.recording : strings.title;
  return (
    <section class="about">
      <h1 class="about-title">{live === null && session.card.value !== "missing" ? "" : live?.title || untitled}</h1>
      <p class="about-viewers">{viewers > 0 ? watching(viewers) : ""}</p>
      {live?.welcome ? <p class="about-welcome">{live.welcome}</p> : null}
      {session.refuge.value ? <p class="about-cloud">{strings.fromCloud}</p> : null}
      <ThemeSwitch />
    </section>
  );
}

function ThemeSwitch() {
  const dark = theme.value === "dark";
  const label = dark ? strings.lightTheme : strings.darkTheme;
  return (
    <button type="button" class="theme-switch" aria-label={label} title={label} onClick={switchTheme}>
      <Icon name={dark ? "sun" : "moon"} />
    </button>
  );
}
