/** An offer: what, where, how far, with whom, and how long there is to decide. */
import { useEffect, useState } from "preact/hooks";

import { serviceName, streetName } from "../../app/district.ts";
import { me } from "../../app/session.ts";
import type { DeclineReason, Seat } from "../../contract.ts";
import { pendingSeat, people } from "../../store/order.ts";
import { hhmm, metres, span } from "../../text/format.ts";
import { t } from "../../text/index.ts";
import { chime } from "../../ui/chime.ts";
import { districtNow } from "../../ui/clock.ts";
import { openOrder, utter } from "../state.ts";
import type { Shown } from "../sync/overlay.ts";
import { Sheet } from "./sheet.tsx";
import { doorOf, Sketch } from "./sketch.tsx";

const REASONS: readonly DeclineReason[] = ["too_far", "busy", "not_able", "unwell", "other"];

export function Offer({ shown: { order } }: { shown: Shown }) {
  const words = t();
  const own = me.value?.caregiver ?? "";
  const seat = pendingSeat(order, own);
  const [declining, setDeclining] = useState(false);
  useEffect(() => {
    chime([880, 1174, 880], 1000);
    navigator.vibrate?.([300, 120, 300, 120, 300]);
  }, [seat?.offer]);
  if (!seat) return null;
  const mates = people(order).filter((id) => id !== own);
  const accept = () => {
    openOrder.value = order.id;
    void utter(order.id, { action: "accept", offer: seat.offer });
  };
  return (
    <>
      <main class="screen offer" data-offer={order.id}>
        <div class="offer-head">
          <div class="grow">
            <p class="muted">{words.phone.offer}</p>
            <h1>{serviceName(order.service)}</h1>
            {order.priority !== "ordinary" && <span class={`badge ${order.priority}`}>{words.priority[order.priority]}</span>}
          </div>
          <Ring seat={seat} />
        </div>
        <dl class="big-facts">
          <div>
            <dt>{words.drawer.duration}</dt>
            <dd>{words.drawer.minutes(Math.round(order.requirement.duration / 60))}</dd>
          </div>
          <div>
            <dt>{words.drawer.where}</dt>
            <dd>{streetName(order.street)}</dd>
          </div>
          <div>
            <dt>{words.drawer.eta}</dt>
            <dd>
              {seat.leg ? words.phone.travel(span(seat.leg.seconds * 1000), metres(seat.leg.metres)) : words.app.none}
              {seat.leg?.source === "great_circle" && <small>{words.phone.estimated}</small>}
            </dd>
          </div>
          <div>
            <dt>{words.phone.start}</dt>
            <dd>{hhmm(seat.start)}</dd>
          </div>
        </dl>
        {(mates.length > 0 || order.family_present) && (
          <p class="row">
            {mates.length > 0 && <span class="badge accent">{words.phone.withMates(mates.length)}</span>}
            {order.family_present && <span class="badge">{words.phone.family}</span>}
          </p>
        )}
        <Sketch to={doorOf(order)} caption={false} />
      </main>
      <footer class="bar-bottom">
        <button type="button" class="button huge narrow" data-act="decline" onClick={() => setDeclining(true)}>
          {words.phone.decline}
        </button>
        <button type="button" class="button primary huge" data-act="accept" onClick={accept}>
          {words.phone.accept}
        </button>
      </footer>
      {declining && (
        <Sheet title={words.phone.declineWhy} onClose={() => setDeclining(false)}>
          <div class="options">
            {REASONS.map((reason) => (
              <button key={reason} type="button" class="button huge" data-reason={reason} onClick={() => void utter(order.id, { action: "decline", offer: seat.offer, reason })}>
                {words.decline[reason]}
              </button>
            ))}
          </div>
        </Sheet>
      )}
    </>
  );
}

const AROUND = 2 * Math.PI * 42;

/** How long there is left, by the district's clock. */
function Ring({ seat }: { seat: Seat }) {
  const [now, setNow] = useState(districtNow());
  useEffect(() => {
    const timer = setInterval(() => setNow(districtNow()), 200);
    return () => clearInterval(timer);
  }, []);
  const whole = Date.parse(seat.expires_at) - Date.parse(seat.offered_at);
  const left = Math.max(0, Date.parse(seat.expires_at) - now);
  const seconds = Math.ceil(left / 1000);
  const share = whole > 0 ? Math.min(1, left / whole) : 0;
  return (
    <div class={`ring ${share < 0.25 ? "urgent" : ""}`} role="timer" aria-label={left > 0 ? `${seconds} ${t().phone.seconds}` : t().phone.expired}>
      <svg viewBox="0 0 100 100" aria-hidden="true">
        <circle cx="50" cy="50" r="42" />
        <circle cx="50" cy="50" r="42" class="left" stroke-dasharray={`${AROUND}`} stroke-dashoffset={`${AROUND * (1 - share)}`} />
      </svg>
      <strong>{seconds}</strong>
    </div>
  );
}
