/** The command centre's page: wall and desk. */
import "../style/tokens.css";
import "../style/base.css";
import "../style/forms.css";
import "../style/desk.css";
import "../style/alarms.css";
import "../style/wall.css";
import "../ui/theme.ts";

import { render } from "preact";

import { startTicking } from "../ui/clock.ts";
import { App } from "./app.tsx";
import { followAddress } from "./state.ts";

startTicking();
followAddress();
render(<App />, document.getElementById("app") as HTMLElement);
