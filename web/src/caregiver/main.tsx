/** The caregiver's app. Opens from what the phone keeps, so that a cellar without signal does not stop a visit. */
import "../style/tokens.css";
import "../style/base.css";
import "../style/forms.css";
import "../style/phone.css";
import "../ui/theme.ts";

import { render } from "preact";

import { startTicking } from "../ui/clock.ts";
import { App } from "./app.tsx";

startTicking();
render(<App />, document.getElementById("app") as HTMLElement);

if ("serviceWorker" in navigator && import.meta.env.PROD) {
  void navigator.serviceWorker.register("/sw.js", { scope: "/caregiver" }).catch(() => undefined);
}
