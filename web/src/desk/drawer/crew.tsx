/** Who is asked, coming or there, and how far each has got. */
import type { Leg, Order } from "../../contract.ts";
import { caregiverState } from "../../store/derive.ts";
import { seats, visit } from "../../store/order.ts";
import { hhmm, metres, span, stopwatch } from "../../text/format.ts";
import { t } from "../../text/index.ts";
import { tick } from "../../ui/clock.ts";
import { PersonGlyph } from "../../ui/glyph.tsx";
import { caregiverName } from "../names.ts";
import { selected, work, world } from "../state.ts";

export function Crew({ order }: { order: Order }) {
  const words = t();
  const asked = seats(order);
  const team = visit(order)?.team ?? [];
  if (asked.length + team.length === 0) return null;
  return (
    <section class="crew">
      <h3>{words.drawer.crew}</h3>
      {asked.map((s) => (
        <Row key={s.offer} id={s.caregiver} leg={s.leg}>
          {s.accepted_at ? `${words.stage.accepted} ${hhmm(s.accepted_at)}` : `${words.drawer.offeredUntil} ${stopwatch(Date.parse(s.expires_at) - tick.value)}`}
        </Row>
      ))}
      {team.map((m) => (
        <Row key={m.offer} id={m.caregiver} leg={m.leg}>
          {m.arrived_at ? `${words.stage.arrived} ${hhmm(m.arrived_at)}` : m.departed_at ? `${words.stage.en_route} ${hhmm(m.departed_at)}` : `${words.stage.accepted} ${hhmm(m.accepted_at)}`}
          {m.exception && <span class="badge warn">{words.exception[m.exception]}</span>}
        </Row>
      ))}
    </section>
  );
}

function Row({ id, leg, children }: { id: string; leg: Leg | undefined; children: preact.ComponentChildren }) {
  const state = caregiverState(id, world.value.presences.get(id), work.value.get(id) ?? []);
  return (
    <button type="button" class="crew-row" onClick={() => (selected.value = { kind: "caregiver", id })}>
      <PersonGlyph state={state} />
      <strong>{caregiverName(id)}</strong>
      <span class="muted grow">{children}</span>
      {leg && <Way leg={leg} />}
    </button>
  );
}

/** Travel time and length; an estimate says so. */
export const Way = ({ leg }: { leg: Leg }) => (
  <span class="muted nowrap">
    {span(leg.seconds * 1000)} · {metres(leg.metres)}
    {leg.source === "great_circle" && (
      <span class="badge warn" title={t().drawer.estimatedNote}>
        {t().drawer.estimated}
      </span>
    )}
  </span>
);
