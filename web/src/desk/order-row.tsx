/** One order in a list: what, how pressing, where, who, since when. */
import { serviceName, streetName } from "../app/district.ts";
import type { Order } from "../contract.ts";
import { isClosed, isOverdue, openApplications, people, seats, standingSince } from "../store/order.ts";
import { hhmm, span, stopwatch } from "../text/format.ts";
import { t } from "../text/index.ts";
import { tick } from "../ui/clock.ts";
import { OrderGlyph } from "../ui/glyph.tsx";
import { caregiverName } from "./names.ts";
import { selected } from "./state.ts";

export function OrderRow({ order }: { order: Order }) {
  const words = t();
  const isSelected = selected.value?.id === order.id;
  const crew = people(order).map(caregiverName).join("、");
  const marked = order.priority === "emergency" || order.priority === "urgent";
  return (
    <button
      type="button"
      class={`order-row ${order.stage} ${isOverdue(order) ? "overdue" : ""}`}
      data-order={order.id}
      aria-current={isSelected}
      onClick={() => (selected.value = { kind: "order", id: order.id })}
    >
      <OrderGlyph stage={order.stage} priority={order.priority} />
      <span class="grow">
        <span class="line">
          <strong>{serviceName(order.service)}</strong>
          {order.priority !== "ordinary" && <span class={`badge ${marked ? order.priority : "accent"}`}>{words.priority[order.priority]}</span>}
          {order.requirement.team_size > 1 && <span class="badge">{words.drawer.people(order.requirement.team_size)}</span>}
          {openApplications(order).length > 0 && <span class="badge warn">{words.queue.application}</span>}
        </span>
        <span class="line muted">
          {streetName(order.street)} · {describe(order, crew)}
        </span>
      </span>
      <Age order={order} />
    </button>
  );
}

function describe(order: Order, crew: string): string {
  const words = t();
  if (order.stage === "at_desk") return words.handBack[order.reason];
  if (order.stage === "waiting") return order.shortage ? words.shortage[order.shortage] : words.stage.waiting;
  return crew ? `${words.stage[order.stage]} ${crew}` : words.stage[order.stage];
}

function Age({ order }: { order: Order }) {
  const now = tick.value;
  if (isClosed(order)) return <time class="age">{hhmm(standingSince(order))}</time>;
  const pending = seats(order).filter((s) => s.accepted_at === undefined);
  if (order.stage === "offered" && pending.length > 0) {
    const left = Math.min(...pending.map((s) => Date.parse(s.expires_at))) - now;
    return (
      <span class="age">
        <span class="countdown">{stopwatch(left)}</span>
      </span>
    );
  }
  if (order.stage === "waiting" && Date.parse(order.retry_at) > now + 60_000 && !order.shortage) return <time class="age">{hhmm(order.window.earliest)}</time>;
  return <span class="age">{span(now - standingSince(order))}</span>;
}
