/** One visit: what, when, how far it has come, and what the elder may say about it. */
import { useState } from "preact/hooks";

import { serviceName } from "../../app/district.ts";
import type { Order, StageName } from "../../contract.ts";
import { yuan } from "../../money/api.ts";
import { day, fullDate, hhmm } from "../../text/format.ts";
import { t } from "../../text/index.ts";
import { tick } from "../../ui/clock.ts";
import { utter, wantsAnswer } from "../state.ts";

/** The way of a visit, as an elder follows it; what is no step of it shows as none done. */
const STEPS = ["waiting", "accepted", "en_route", "arrived", "in_service", "done"] as const;
const AT: Partial<Record<StageName, number>> = { waiting: 0, offered: 0, at_desk: 0, accepted: 1, en_route: 2, arrived: 3, in_service: 4, done: 5, confirmed: 5 };
const STARS = [1, 2, 3, 4, 5] as const;

export function Visit({ order }: { order: Order }) {
  const words = t();
  const at = AT[order.stage];
  const when = Date.parse("start" in order ? order.start : order.window.earliest);
  return (
    <article class="visit" data-order={order.id} data-stage={order.stage}>
      <h3>{serviceName(order.service)}</h3>
      <p class="when">{fullDate(when) === fullDate(tick.value) ? "" : `${day(when)} `}
        {hhmm(when)}</p>
      <p class="stage" role="status">
        {words.elder.says[order.stage]}
      </p>
      {at !== undefined && (
        <ol class="way" aria-hidden="true">
          {STEPS.map((step, i) => (
            <li key={step} class={i < at ? "past" : i === at ? "now" : ""} />
          ))}
        </ol>
      )}
      {order.funding?.state === "held" && order.funding.self_pay > 0 && <p>{words.elder.youPay(yuan(order.funding.self_pay))}</p>}
      {/* A tap is no face and no finger: it counts, as an exception that a supervisor sees (Jiayuguan Art. 16(3), 18). */}
      {order.stage === "done" && (
        <button type="button" class="button primary huge" data-act="confirm" onClick={() => void utter(order, { action: "confirm", verification: { method: "manual" } })}>
          {words.elder.confirm}
        </button>
      )}
      {order.stage === "confirmed" && wantsAnswer(order) && <Stars order={order} />}
      {(order.stage === "waiting" || order.stage === "offered" || order.stage === "accepted") && <Cancel order={order} />}
    </article>
  );
}

function Stars({ order }: { order: Order }) {
  const words = t().elder;
  return (
    <div class="stars" role="group" aria-label={words.rate}>
      <p>{words.rate}</p>
      {STARS.map((n) => (
        <button key={n} type="button" class="button" data-stars={n} aria-label={words.stars(n)} onClick={() => void utter(order, { action: "rate", stars: n })}>
          {"★".repeat(n)}
        </button>
      ))}
    </div>
  );
}

function Cancel({ order }: { order: Order }) {
  const words = t().elder;
  const [sure, setSure] = useState(false);
  if (!sure) {
    return (
      <button type="button" class="button quiet" data-act="cancel" onClick={() => setSure(true)}>
        {words.cancel}
      </button>
    );
  }
  return (
    <div class="pair">
      <button type="button" class="button danger" data-act="cancel-yes" onClick={() => void utter(order, { action: "cancel", reason: "elder_wish" })}>
        {words.cancelYes}
      </button>
      <button type="button" class="button" onClick={() => setSure(false)}>
        {words.cancelNo}
      </button>
    </div>
  );
}
