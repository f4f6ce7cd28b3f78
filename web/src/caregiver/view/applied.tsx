/** What this caregiver applied for at a visit, and how the platform answered. */
import { me } from "../../app/session.ts";
import type { Order } from "../../contract.ts";
import { change } from "../../text/describe.ts";
import { t } from "../../text/index.ts";
import { tick } from "../../ui/clock.ts";

export function AppliedFor({ order }: { order: Order }) {
  const own = (order.applications ?? []).filter((a) => a.caregiver === me.value?.caregiver);
  const words = t();
  if (own.length === 0) return null;
  return (
    <ul class="applied">
      {own.map((a) => (
        <li key={a.id} data-application={a.verdict ? (a.verdict.approved ? "approved" : "refused") : "open"}>
          <span class="grow">
            {words.phone.applied}：<strong>{change(a.change, tick.value)}</strong>
            {a.verdict?.reason && <span class="muted block">{a.verdict.reason}</span>}
          </span>
          <span class={`badge ${a.verdict ? (a.verdict.approved ? "accent" : "danger") : "warn"}`}>
            {a.verdict ? (a.verdict.approved ? words.drawer.approved : words.drawer.refused) : words.phone.pendingAnswer}
          </span>
        </li>
      ))}
    </ul>
  );
}
