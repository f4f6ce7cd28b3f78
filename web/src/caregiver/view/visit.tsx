/** A visit from setting off to the elder's confirmation: one next step, large, below; everything else small. */
import { useState } from "preact/hooks";

import { serviceName, streetName } from "../../app/district.ts";
import { me } from "../../app/session.ts";
import type { Order } from "../../contract.ts";
import { isClosed, member, seats, visit } from "../../store/order.ts";
import { hhmm, stopwatch, window } from "../../text/format.ts";
import { t } from "../../text/index.ts";
import { tick } from "../../ui/clock.ts";
import { Icon, OrderGlyph } from "../../ui/glyph.tsx";
import { openOrder } from "../state.ts";
import type { Shown } from "../sync/overlay.ts";
import { AppliedFor } from "./applied.tsx";
import { Pending } from "./pending.tsx";
import { NextStep } from "./next-step.tsx";
import { doorOf, Sketch } from "./sketch.tsx";
import { STEPS, stepOf } from "./steps.ts";
import { Trouble } from "./trouble.tsx";

export function VisitScreen({ shown: { order, pending } }: { shown: Shown }) {
  const [trouble, setTrouble] = useState(false);
  const words = t();
  const own = me.value?.caregiver ?? "";
  const under = order.stage === "accepted" || order.stage === "en_route";
  return (
    <>
      <main class="screen visit" data-order={order.id} data-stage={order.stage}>
        <div class="visit-head">
          <button type="button" class="button quiet icon" aria-label={words.app.cancel} onClick={() => (openOrder.value = null)}>
            <Icon name="back" />
          </button>
          <OrderGlyph stage={order.stage} priority={order.priority} />
          <h1 class="grow">{serviceName(order.service)}</h1>
          <span class={`badge ${order.stage}`}>{words.stage[order.stage]}</span>
          {pending && <Pending />}
        </div>
        <Steps order={order} caregiver={own} />
        {order.stage === "in_service" && (
          <div class="elapsed">
            <span class="muted">{words.phone.elapsed}</span>
            <strong>{stopwatch(tick.value - Date.parse(order.started_at))}</strong>
            <span class="muted">
              {words.phone.planned} {words.drawer.minutes(Math.round(order.requirement.duration / 60))}
            </span>
          </div>
        )}
        {isClosed(order) && order.stage !== "done" && <p class="finished">{order.stage === "confirmed" ? words.phone.thanks : words.stage[order.stage]}</p>}
        {under && <Sketch to={doorOf(order)} />}
        <Details order={order} caregiver={own} />
        <AppliedFor order={order} />
        {under && (
          <a class="button huge" href={`geo:${order.place.lat},${order.place.lon}`}>
            <Icon name="pin" /> {words.phone.navigate}
          </a>
        )}
      </main>
      <footer class="bar-bottom">
        {!isClosed(order) && (
          <button type="button" class="button huge narrow" data-act="trouble" onClick={() => setTrouble(true)}>
            {words.phone.more}
          </button>
        )}
        <NextStep order={order} caregiver={own} />
      </footer>
      {trouble && <Trouble order={order} onClose={() => setTrouble(false)} />}
    </>
  );
}

function Steps({ order, caregiver }: { order: Order; caregiver: string }) {
  const now = stepOf(order, caregiver);
  const at = now === null ? STEPS.length : STEPS.indexOf(now);
  return (
    <ol class="steps">
      {STEPS.map((step, i) => (
        <li key={step} class={i < at ? "done" : i === at ? "now" : ""} aria-current={i === at ? "step" : undefined}>
          <i aria-hidden="true">{i < at ? <Icon name="check" /> : i + 1}</i>
          {t().phone.steps[step]}
        </li>
      ))}
    </ol>
  );
}

function Details({ order, caregiver }: { order: Order; caregiver: string }) {
  const words = t();
  const mine = member(order, caregiver);
  const mates = [...(visit(order)?.team ?? []), ...seats(order)].filter((m) => m.caregiver !== caregiver);
  return (
    <dl class="big-facts">
      <div>
        <dt>{words.drawer.where}</dt>
        <dd>{streetName(order.street)}</dd>
      </div>
      <div>
        <dt>{words.drawer.window}</dt>
        <dd>{window(order.window, tick.value)}</dd>
      </div>
      <div>
        <dt>{words.drawer.duration}</dt>
        <dd>{words.drawer.minutes(Math.round(order.requirement.duration / 60))}</dd>
      </div>
      <div>
        <dt>{words.drawer.elder}</dt>
        <dd class="mono">{order.elder}</dd>
      </div>
      {order.family_present && (
        <div>
          <dt>{words.phone.family}</dt>
          <dd>✓</dd>
        </div>
      )}
      {mates.map((m) => (
        <div key={m.caregiver}>
          <dt>{words.phone.mate(m.caregiver)}</dt>
          <dd>{"arrived_at" in m && m.arrived_at ? words.stage.arrived : "departed_at" in m && m.departed_at ? words.stage.en_route : words.stage.accepted}</dd>
        </div>
      ))}
      {mine?.arrived_at && (
        <div>
          <dt>{words.stage.arrived}</dt>
          <dd>
            {hhmm(mine.arrived_at)} {mine.exception && <span class="badge warn">{words.exception[mine.exception]}</span>}
          </dd>
        </div>
      )}
    </dl>
  );
}
