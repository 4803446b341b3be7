import { render } from "preact";

import { startTheme } from "../shared/theme";
import { Desk } from "./desk/desk";
import { App } from "./screens/App";

startTheme();
const page = document.getElementById("page");
if (page !== null) render(<App desk={new Desk()} />, page);
