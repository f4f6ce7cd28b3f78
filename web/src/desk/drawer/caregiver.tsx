/** Everything about the selected caregiver: presence, position, papers, work in hand. */
import { streetName } from "../../app/district.ts";
import { me } from "../../app/session.ts";
import type { CaregiverProfile, Duty } from "../../contract.ts";
import { caregiverState } from "../../store/derive.ts";
import { fullDate, hhmm, span } from "../../text/format.ts";
import { t } from "../../text/index.ts";
import { tick } from "../../ui/clock.ts";
import { Icon, PersonGlyph } from "../../ui/glyph.tsx";
import { decides, revokeTracker, seesAccounts, setDuty } from "../commands.ts";
import { caregiverName } from "../names.ts";
import { OrderRow } from "../order-row.tsx";
import { selected, work, world } from "../state.ts";
import { Fact } from "./facts.tsx";

const DUTIES: readonly [Duty, "dutyOn" | "dutyBreak" | "dutyOff"][] = [
  ["on", "dutyOn"],
  ["break", "dutyBreak"],
  ["off", "dutyOff"],
];

export function CaregiverDrawer({ id }: { id: string }) {
  const words = t();
  const profile = world.value.caregivers.get(id);
  const presence = world.value.presences.get(id);
  const orders = work.value.get(id) ?? [];
  const state = caregiverState(id, presence, orders);
  return (
    <aside class="drawer" aria-label={`${words.drawer.caregiver} ${caregiverName(id)}`} data-caregiver={id}>
      <header>
        <PersonGlyph state={state} />
        <div class="grow">
          <h2 tabIndex={-1}>
            {caregiverName(id)} <span class={`badge state ${state}`}>{words.state[state]}</span>
          </h2>
          <p class="muted mono">{id}</p>
        </div>
        <button type="button" class="button quiet icon" aria-label={words.app.close} onClick={() => (selected.value = null)}>
          <Icon name="close" />
        </button>
      </header>
      {decides(me.value?.role) && (
        <div class="actions" role="group" aria-label={words.act.title}>
          {DUTIES.map(([duty, label]) => (
            <button key={duty} type="button" class="button" aria-pressed={presence?.duty === duty} onClick={() => void setDuty(id, duty)}>
              {words.act[label]}
            </button>
          ))}
          {seesAccounts(me.value?.role) && (
            <button type="button" class="button" data-act="revoke-tracker" onClick={() => void revokeTracker(id)}>
              {words.act.revokeTracker}
            </button>
          )}
        </div>
      )}
      <div class="scroll">
        {profile && <Profile profile={profile} />}
        <section>
          <h3>{words.drawer.today}</h3>
          {orders.length === 0 ? <p class="muted">{words.drawer.idle}</p> : orders.map((o) => <OrderRow key={o.id} order={o} />)}
        </section>
      </div>
    </aside>
  );
}

function Profile({ profile: p }: { profile: CaregiverProfile }) {
  const words = t();
  const now = tick.value;
  const presence = world.value.presences.get(p.id);
  const position = world.value.positions.get(p.id);
  const shift = p.shifts.find((s) => Date.parse(s.latest) > now);
  const until = (end: string) => <span class={Date.parse(end) < now ? "badge danger" : "muted"}>{words.drawer.until(fullDate(end))}</span>;
  return (
    <dl class="facts">
      <Fact name={words.duty[presence?.duty ?? "off"]}>{presence && `${hhmm(presence.duty_since)} · ${span(now - Date.parse(presence.duty_since))}`}</Fact>
      <Fact name={words.drawer.position}>
        {position ? words.time.ago(span(now - Date.parse(position.at))) : words.app.none}
        {position?.battery !== undefined && <span class="muted"> · {words.drawer.battery(position.battery)}</span>}
      </Fact>
      {presence?.rejected && (
        <Fact name={words.drawer.rejected}>
          <span class="badge warn" data-rejected={presence.rejected.code}>
            {words.rejection[presence.rejected.code]}
          </span>{" "}
          <span class="muted">{words.time.ago(span(now - Date.parse(presence.rejected.at)))}</span>
        </Fact>
      )}
      <Fact name={words.drawer.where}>
        {streetName(p.street)} · {words.mode[p.mode]}
      </Fact>
      <Fact name={words.drawer.organisation}>{p.organisation}</Fact>
      {shift && (
        <Fact name={words.drawer.shift}>
          {hhmm(shift.earliest)}–{hhmm(shift.latest)}
        </Fact>
      )}
      {p.rating !== null && <Fact name={words.drawer.rating}>{words.kpi.stars((p.rating / 100).toFixed(2))}</Fact>}
      <Fact name={words.drawer.certificates}>
        {p.certificates.map((c) => (
          <div key={c.qualification}>
            {words.qualification[c.qualification]} {until(c.valid.latest)}
          </div>
        ))}
      </Fact>
      <Fact name={words.drawer.health}>{p.health_certificate ? until(p.health_certificate.latest) : <span class="badge danger">{words.drawer.noCertificate}</span>}</Fact>
    </dl>
  );
}
