import { render } from "preact";

import { startTheme } from "../shared/theme";
import { App } from "./components/App";
import { Session } from "./session";

startTheme();
const session = new Session();
window.venuebox = { stats: () => session.stats() };
const page = document.getElementById("page");
if (page !== null) render(<App session={session} />, page);
