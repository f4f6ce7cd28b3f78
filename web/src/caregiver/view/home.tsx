/** Between visits: on or off shift, what is taken on, what was done. */
import { useState } from "preact/hooks";

import { serviceName, streetName } from "../../app/district.ts";
import type { Me } from "../../contract.ts";
import { hhmm } from "../../text/format.ts";
import { t } from "../../text/index.ts";
import { Icon, OrderGlyph, PersonGlyph } from "../../ui/glyph.tsx";
import { askedOfMe } from "../roster.ts";
import { duty, finished, openOrder, setDuty, visits } from "../state.ts";
import type { Shown } from "../sync/overlay.ts";
import { More } from "./more.tsx";
import { Pending } from "./pending.tsx";
import { RosterSheet } from "./roster.tsx";

export function Home({ user }: { user: Me }) {
  const [more, setMore] = useState(false);
  const [roster, setRoster] = useState(false);
  const asked = askedOfMe.value.length;
  const words = t().phone;
  const { duty: now, pending } = duty.value;
  const note = { off: words.offNote, on: words.onNote, break: words.breakNote }[now];
  return (
    <>
      <main class="screen">
        <section class={`duty ${now}`}>
          <PersonGlyph state={now === "on" ? "free" : now} />
          <div class="grow">
            <h1>{words.hello(user.display_name)}</h1>
            <p>
              <strong>{t().duty[now]}</strong> {pending && <Pending />}
            </p>
            <p class="muted">{note}</p>
          </div>
          <button type="button" class="button quiet icon" aria-label={words.more} onClick={() => setMore(true)}>
            <Icon name="more" />
          </button>
        </section>
        <h2>
          {words.visits}
          <span class="grow" />
          <span class="muted">
            {words.done} {finished.value}
          </span>
        </h2>
        {visits.value.length === 0 && <p class="empty">{words.noVisits}</p>}
        <ul class="cards">
          {visits.value.map((s) => (
            <li key={s.order.id}>
              <Card shown={s} />
            </li>
          ))}
        </ul>
        <button type="button" class="button huge" data-act="roster" onClick={() => setRoster(true)}>
          {t().roster.phone.title}
          {asked > 0 && <span class="badge warn">{t().roster.phone.asked}</span>}
        </button>
      </main>
      <DutyBar />
      {roster && <RosterSheet onClose={() => setRoster(false)} />}
      {more && <More onClose={() => setMore(false)} />}
    </>
  );
}

function Card({ shown: { order, pending } }: { shown: Shown }) {
  const words = t();
  return (
    <button type="button" class="card" data-order={order.id} onClick={() => (openOrder.value = order.id)}>
      <OrderGlyph stage={order.stage} priority={order.priority} />
      <span class="grow">
        <strong>{serviceName(order.service)}</strong> {pending && <Pending />}
        <span class="muted block">
          {streetName(order.street)} · {words.drawer.minutes(Math.round(order.requirement.duration / 60))}
        </span>
      </span>
      <span class="right">
        <strong>{"start" in order ? hhmm(order.start) : hhmm(order.window.earliest)}</strong>
        <span class="muted block">{words.stage[order.stage]}</span>
      </span>
    </button>
  );
}

function DutyBar() {
  const words = t().phone;
  const now = duty.value.duty;
  if (now === "off") {
    return (
      <footer class="bar-bottom">
        <button type="button" class="button primary huge" data-duty="on" onClick={() => void setDuty("on")}>
          {words.startShift}
        </button>
      </footer>
    );
  }
  return (
    <footer class="bar-bottom">
      <button type="button" class="button huge" data-duty="off" disabled={visits.value.length > 0} onClick={() => void setDuty("off")}>
        {words.endShift}
      </button>
      <button type="button" class="button huge" data-duty={now === "break" ? "on" : "break"} onClick={() => void setDuty(now === "break" ? "on" : "break")}>
        {now === "break" ? words.endBreak : words.startBreak}
      </button>
    </footer>
  );
}
