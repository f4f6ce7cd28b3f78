/** Language, light, background location, signing out. */
import { useEffect, useState } from "preact/hooks";

import { signOut } from "../../app/session.ts";
import { call, post } from "../../net/http.ts";
import { t, toggleLanguage } from "../../text/index.ts";
import { toggleTheme } from "../../ui/theme.ts";
import { toast, toastProblem } from "../../ui/toast.tsx";
import { drill } from "../alarms.ts";
import { lookAtPush, push, subscribe, unsubscribe } from "../push.ts";
import { forget, waitingDeeds } from "../state.ts";
import { Sheet } from "./sheet.tsx";

interface Tracker {
  url: string;
  id: string;
}

export function More({ onClose }: { onClose: () => void }) {
  const [tracker, setTracker] = useState<Tracker | null>(null);
  const words = t();
  useEffect(() => void lookAtPush(), []);
  const ask = () => void post<Tracker>("/api/v1/caregivers/me/tracker", {}).then(setTracker, toastProblem);
  const revoke = () =>
    void call<void>("DELETE", "/api/v1/caregivers/me/tracker").then(() => {
      setTracker(null);
      toast(t().act.trackerRevoked);
    }, toastProblem);
  const leave = async () => {
    if (waitingDeeds.value > 0 && !confirm(words.phone.signOutPending)) return;
    await forget();
    await signOut();
  };
  return (
    <Sheet title={words.phone.more} onClose={onClose}>
      <div class="options two">
        <button type="button" class="button huge" data-act="language" onClick={toggleLanguage}>
          {words.app.language}
        </button>
        <button type="button" class="button huge" onClick={toggleTheme}>
          {words.app.theme}
        </button>
      </div>
      <section class="tracker">
        <h3>{words.phone.push}</h3>
        <p class="muted" data-push={push.value}>
          {words.phone.pushState[push.value]}
        </p>
        {(push.value === "off" || push.value === "on") && (
          <button type="button" class="button huge" data-act="push" onClick={() => void (push.value === "on" ? unsubscribe() : subscribe()).catch(toastProblem)}>
            {push.value === "on" ? words.phone.pushStop : words.phone.pushStart}
          </button>
        )}
        <button type="button" class="button huge" data-act="drill" aria-pressed={drill.value} onClick={() => (drill.value = !drill.value)}>
          {drill.value ? words.phone.drillOn : words.phone.drillOff}
        </button>
      </section>
      <section class="tracker">
        <h3>{words.phone.tracker}</h3>
        <p class="muted">{words.phone.trackerNote}</p>
        {tracker && (
          <dl class="mono">
            <div>URL {tracker.url}</div>
            <div>ID {tracker.id}</div>
          </dl>
        )}
        <button type="button" class="button huge" data-act="tracker-revoke" onClick={revoke}>
          {words.phone.trackerRevoke}
        </button>
        <button type="button" class="button huge" onClick={ask}>
          {tracker ? words.phone.trackerRotate : words.phone.trackerGet}
        </button>
      </section>
      <p class="muted">{words.phone.install}</p>
      <button type="button" class="button huge danger" data-act="sign-out" onClick={() => void leave()}>
        {words.app.signOut}
      </button>
    </Sheet>
  );
}
