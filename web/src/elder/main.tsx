/** The elder's and family's page: large type, few words. Asks for a visit, follows it, confirms and rates it, calls for help. */
import "../style/tokens.css";
import "../style/base.css";
import "../style/phone.css";
import "../style/elder.css";
import "../ui/theme.ts";

import { render } from "preact";

import { startTicking } from "../ui/clock.ts";
import { App } from "./app.tsx";

startTicking();
render(<App />, document.getElementById("app") as HTMLElement);
