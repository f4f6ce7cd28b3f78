/** Everything about the selected order: facts, people, what to decide, why this person, what happened. */
import { useEffect } from "preact/hooks";

import { serviceName } from "../../app/district.ts";
import { me } from "../../app/session.ts";
import type { Order } from "../../contract.ts";
import { openApplications } from "../../store/order.ts";
import { t } from "../../text/index.ts";
import { Icon, OrderGlyph } from "../../ui/glyph.tsx";
import { allowed } from "../allowed.ts";
import { utter } from "../commands.ts";
import { askElder } from "../names.ts";
import { panel, selected } from "../state.ts";
import { Applications } from "./applications.tsx";
import { Crew } from "./crew.tsx";
import { Facts } from "./facts.tsx";
import { Timeline } from "./timeline.tsx";
import { Why } from "./why.tsx";

export function OrderDrawer({ order }: { order: Order }) {
  const words = t();
  useEffect(() => askElder(order.elder), [order.elder]);
  return (
    <aside class="drawer" aria-label={`${words.drawer.order} ${order.id}`} data-order={order.id}>
      <header>
        <OrderGlyph stage={order.stage} priority={order.priority} />
        <div class="grow">
          <h2 tabIndex={-1}>
            {serviceName(order.service)} <span class={`badge stage ${order.stage}`}>{words.stage[order.stage]}</span>
            {order.priority !== "ordinary" && <span class={`badge ${order.priority}`}>{words.priority[order.priority]}</span>}
          </h2>
          <p class="muted mono">{order.id}</p>
        </div>
        <button type="button" class="button quiet icon" aria-label={words.app.close} onClick={() => (selected.value = null)}>
          <Icon name="close" />
        </button>
      </header>
      <Actions order={order} />
      <div class="scroll">
        {(openApplications(order).length > 0 || (order.applications ?? []).length > 0) && <Applications order={order} />}
        <Facts order={order} />
        <Crew order={order} />
        <Why order={order} />
        <Timeline order={order} />
      </div>
    </aside>
  );
}

function Actions({ order }: { order: Order }) {
  const words = t().act;
  const role = me.value?.role;
  const assigned = order.stage !== "waiting" && order.stage !== "at_desk";
  return (
    <div class="actions" role="group" aria-label={words.title}>
      {allowed("assign", order, role) && (
        <button type="button" class={`button ${assigned ? "" : "primary"}`} aria-keyshortcuts="a" onClick={() => (panel.value = "assign")}>
          {assigned ? words.reassign : words.assign}
        </button>
      )}
      {allowed("resume", order, role) && (
        <button type="button" class="button" aria-keyshortcuts="r" onClick={() => void utter(order, { action: "resume" })}>
          {words.resume}
        </button>
      )}
      {allowed("hand_back", order, role) && (
        <button type="button" class="button" aria-keyshortcuts="h" onClick={() => void utter(order, { action: "hand_back" })}>
          {words.handBack}
        </button>
      )}
      {allowed("change", order, role) && (
        <button type="button" class="button" onClick={() => (panel.value = "change")}>
          {words.change}
        </button>
      )}
      <span class="grow" />
      {allowed("cancel", order, role) && (
        <button type="button" class="button danger" aria-keyshortcuts="x" onClick={() => (panel.value = "cancel")}>
          {words.cancel}
        </button>
      )}
    </div>
  );
}
