/** The wall: read from five metres, no controls, no elder's name. The same world as the desk, larger. */
import { districtName, serviceName, streetName } from "../app/district.ts";
import type { Order } from "../contract.ts";
import { isOverdue, people, standingSince } from "../store/order.ts";
import { span } from "../text/format.ts";
import { t } from "../text/index.ts";
import { tick } from "../ui/clock.ts";
import { OrderGlyph } from "../ui/glyph.tsx";
import { Alarms } from "./alarms.tsx";
import { Away } from "./away.tsx";
import { ConnectionState } from "./connection.tsx";
import { Kpis } from "./kpis.tsx";
import { MapPanel } from "./map-panel.tsx";
import { caregiverName } from "./names.ts";
import { queues } from "./state.ts";
import { Clock } from "./top-bar.tsx";

const SHOWN = 9;

export function Wall() {
  const words = t();
  const waiting = queues.value.queue;
  return (
    <div class="wall">
      <header>
        <h1>
          {districtName()} <span>{words.app.desk}</span>
        </h1>
        <ConnectionState />
        <Clock />
      </header>
      <Away />
      <Alarms wall />
      <Kpis />
      <div class="wall-work">
        <MapPanel controls={false} scale={1.6} />
        <section class="wall-queue" aria-label={words.queue.tabs.queue}>
          <h2>
            {words.queue.tabs.queue} <b>{waiting.length}</b>
          </h2>
          {waiting.length === 0 && <p class="all-clear">{words.wall.allClear}</p>}
          <ol>
            {waiting.slice(0, SHOWN).map((o) => (
              <Row key={o.id} order={o} />
            ))}
          </ol>
          {waiting.length > SHOWN && <p class="muted">+{waiting.length - SHOWN}</p>}
        </section>
      </div>
      <p class="visually-hidden">{words.wall.leave}</p>
    </div>
  );
}

function Row({ order }: { order: Order }) {
  const words = t();
  const crew = people(order).map(caregiverName).join("、");
  const state = order.stage === "at_desk" ? words.wall.needsHuman : crew || words.stage[order.stage];
  return (
    <li class={`${order.stage} ${isOverdue(order) ? "overdue" : ""}`} data-order={order.id}>
      <OrderGlyph stage={order.stage} priority={order.priority} />
      <div class="grow">
        <strong>{serviceName(order.service)}</strong>
        {order.priority !== "ordinary" && order.priority !== "guaranteed" && <span class={`badge ${order.priority}`}>{words.priority[order.priority]}</span>}
        <div class="muted">
          {streetName(order.street)} · {state}
        </div>
      </div>
      <span class="age">{span(tick.value - standingSince(order))}</span>
    </li>
  );
}
