/** The day of everyone at a glance: accepted, travelling, serving, and what is planned. */
import { useMemo } from "preact/hooks";

import { serviceName } from "../app/district.ts";
import { bars, type Bar } from "../store/day.ts";
import type { Person } from "../store/derive.ts";
import { hhmm } from "../text/format.ts";
import { t } from "../text/index.ts";
import { tick } from "../ui/clock.ts";
import { Icon, PersonGlyph } from "../ui/glyph.tsx";
import { VirtualList } from "../ui/virtual-list.tsx";
import { caregiverName } from "./names.ts";
import { selected, staff, timeline, world } from "./state.ts";

const HOUR = 3_600_000;
const BACK = 4 * HOUR;
const AHEAD = 2 * HOUR;
const KINDS = ["accepted", "travelling", "serving"] as const;

export function Gantt() {
  const words = t().gantt;
  const now = Math.floor(tick.value / 15_000) * 15_000;
  const orders = world.value.orders;
  const days = useMemo(() => bars(orders.values(), now), [orders, now]);
  const from = now - BACK;
  const place = (at: number) => ((at - from) / (BACK + AHEAD)) * 100;
  const people = staff.value.filter((p) => p.state !== "off" || days.has(p.id)).sort((a, b) => a.id.localeCompare(b.id));
  const hours = Array.from({ length: 7 }, (_, i) => Math.ceil(from / HOUR) * HOUR + i * HOUR).filter((h) => h <= now + AHEAD);
  return (
    <section class="gantt" aria-label={words.title}>
      <header>
        <h2>{words.title}</h2>
        {KINDS.map((k) => (
          <span key={k} class="muted">
            <i class={`swatch ${k}`} aria-hidden="true" /> {words[k]}
          </span>
        ))}
        <div class="axis" aria-hidden="true">
          {hours.map((h) => (
            <time key={h} style={{ left: `${place(h)}%` }}>
              {hhmm(h)}
            </time>
          ))}
        </div>
        <button type="button" class="button quiet icon" aria-label={t().app.close} onClick={() => (timeline.value = false)}>
          <Icon name="close" />
        </button>
      </header>
      <div class="now-line" aria-hidden="true">
        <i style={{ left: `${place(now)}%` }} />
      </div>
      <VirtualList<Person> items={people} rowHeight={26} keyOf={(p) => p.id} label={words.title} empty={t().queue.noPeople} row={(p) => <Row person={p} day={days.get(p.id) ?? []} from={from} now={now} />} />
    </section>
  );
}

function Row({ person, day, from, now }: { person: Person; day: Bar[]; from: number; now: number }) {
  const span = BACK + AHEAD;
  const seen = day.filter((b) => b.to > from && b.from < now + AHEAD);
  return (
    <div class="gantt-row">
      <button type="button" class="gantt-name" onClick={() => (selected.value = { kind: "caregiver", id: person.id })}>
        <PersonGlyph state={person.state} /> {caregiverName(person.id)}
      </button>
      <div class="track">
        {seen.map((b) => {
          const order = world.peek().orders.get(b.order);
          const left = Math.max(0, ((b.from - from) / span) * 100);
          const right = Math.min(100, ((b.to - from) / span) * 100);
          const title = `${order ? serviceName(order.service) : b.order} · ${t().gantt[b.kind]} ${hhmm(b.from)}–${hhmm(b.to)}`;
          return (
            <button
              key={`${b.order}${b.kind}${b.from}${b.planned}`}
              type="button"
              tabIndex={-1}
              class={`gantt-bar ${b.kind} ${b.planned ? "planned" : ""}`}
              aria-label={title}
              aria-current={selected.value?.id === b.order}
              title={title}
              style={{ left: `${left}%`, width: `${Math.max(0.25, right - left)}%` }}
              onClick={() => (selected.value = { kind: "order", id: b.order })}
            >
              {b.kind === "serving" && right - left > 5 && order ? serviceName(order.service) : ""}
            </button>
          );
        })}
      </div>
    </div>
  );
}
