/** Changes that staff applied for, and the platform's answer (Jiayuguan Art. 16(2)). */
import { useState } from "preact/hooks";

import { me } from "../../app/session.ts";
import type { Application, Order } from "../../contract.ts";
import { change } from "../../text/describe.ts";
import { hhmm } from "../../text/format.ts";
import { t } from "../../text/index.ts";
import { tick } from "../../ui/clock.ts";
import { decides, utter } from "../commands.ts";
import { caregiverName } from "../names.ts";

export const Applications = ({ order }: { order: Order }) => (
  <section class="applications">
    <h3>{t().drawer.applications}</h3>
    {(order.applications ?? []).map((a) => (
      <One key={a.id} order={order} application={a} />
    ))}
  </section>
);

function One({ order, application: a }: { order: Order; application: Application }) {
  const words = t();
  const [reason, setReason] = useState("");
  const answer = (approve: boolean) => void utter(order, { action: "answer", application: a.id, approve, reason });
  return (
    <div class={a.verdict ? "application" : "application open"}>
      <p class="line">
        <strong>{change(a.change, tick.value)}</strong>
        <span class="muted grow">
          {caregiverName(a.caregiver)} · {hhmm(a.at)}
        </span>
        {a.verdict && <span class={`badge ${a.verdict.approved ? "accent" : "danger"}`}>{a.verdict.approved ? words.drawer.approved : words.drawer.refused}</span>}
      </p>
      {a.reason && <p>{a.reason}</p>}
      {a.verdict?.reason && <p class="muted">{a.verdict.reason}</p>}
      {!a.verdict && decides(me.value?.role) && (
        <div class="row">
          <input class="input grow" placeholder={words.act.reason} aria-label={words.act.reason} title={words.act.reasonHint} maxLength={500} value={reason} onInput={(e) => setReason(e.currentTarget.value)} />
          <button type="button" class="button primary" onClick={() => answer(true)}>
            {words.drawer.approve}
          </button>
          <button type="button" class="button danger" onClick={() => answer(false)}>
            {words.drawer.refuse}
          </button>
        </div>
      )}
    </div>
  );
}
