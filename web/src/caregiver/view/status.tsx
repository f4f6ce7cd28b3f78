/** The strip on top: time, network, position, and what still waits to be sent. Always visible, never alarming. */
import { hhmm } from "../../text/format.ts";
import { t } from "../../text/index.ts";
import { tick } from "../../ui/clock.ts";
import { Icon } from "../../ui/glyph.tsx";
import { connection, duty, needsSignIn, online, refusals, rejection, waitingDeeds } from "../state.ts";
import { unsentCall } from "../alarms.ts";
import { location } from "../sync/positions.ts";
import { SosButton } from "./alarm.tsx";
import { Refusals } from "./refusals.tsx";

export function Status({ onSignIn, drill, onRaise }: { onSignIn: () => void; drill: boolean; onRaise: () => void }) {
  const words = t();
  const waiting = waitingDeeds.value;
  const live = connection.value === "live" || connection.value === "resumed";
  const offline = !online.value || !live;
  const rejected = rejection.value;
  return (
    <header class="strip">
      <div class="row">
        <SosButton drill={drill} onRaise={onRaise} />
        <time>{hhmm(tick.value)}</time>
        <span class={`pill ${offline ? "warn" : "good"}`} role="status" data-connection={connection.value}>
          <i aria-hidden="true" />
          {!online.value ? words.connection.offline : words.connection[connection.value]}
        </span>
        {duty.value.duty === "on" && (
          <span class={`pill ${location.value === "on" ? "good" : "warn"}`}>
            <Icon name="pin" />
            {location.value === "on" ? words.phone.gpsOn : words.phone.gpsOff}
          </span>
        )}
        <span class="grow" />
        <span class={`pill ${waiting > 0 ? "warn" : ""}`} role="status" data-waiting={waiting}>
          <Icon name={waiting > 0 ? "cloud" : "check"} />
          {waiting > 0 ? words.phone.syncing(waiting) : words.phone.synced}
        </span>
      </div>
      {unsentCall.value && (
        <p class="banner danger" role="alert" data-unsent>
          {words.phone.sosWaits}
        </p>
      )}
      {needsSignIn.value && (
        <button type="button" class="banner" onClick={onSignIn}>
          {words.phone.needSignIn}
        </button>
      )}
      {!online.value && !needsSignIn.value && <p class="banner quiet">{words.phone.offline}</p>}
      {rejected && (
        <p class="banner" role="status" data-rejected={rejected.code}>
          <span>
            <strong>{words.phone.fixesRejected}</strong> {words.rejection[rejected.code]}
          </span>
        </p>
      )}
      <Refusals entries={refusals.value} />
    </header>
  );
}
