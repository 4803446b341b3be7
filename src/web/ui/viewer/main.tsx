import { render } from "preact";

import { startTheme } from "../shared/theme";
import { App } from "./components/App";
import { Session } from "./session";
import { sourceOf } from "./source";

startTheme();
const entrance = document.querySelector<HTMLMetaElement>('meta[name="venuebox-stream"]')?.content ?? null;
const session = new Session(sourceOf(location.search, entrance));
window.venuebox = { stats: () => session.stats() };
const page = document.getElementById("page");
if (page !== null) render(<App session={session} />, page);
