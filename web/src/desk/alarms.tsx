/** Emergencies, above all else: who, where, how long unanswered, whose. A drill can't be mistaken for the real thing. */
import { streetName } from "../app/district.ts";
import { me } from "../app/session.ts";
import type { Incident } from "../contract.ts";
import { clock, isFree, isPerhapsATest, isRelayed, isUnanswered, nextToClaim, presses, responders, waited } from "../store/incident.ts";
import { stopwatch } from "../text/format.ts";
import { t } from "../text/index.ts";
import { tick } from "../ui/clock.ts";
import { Icon } from "../ui/glyph.tsx";
import { muted, toggleMute } from "./bell.ts";
import { handlesAlarms, utterIncident } from "./commands.ts";
import { caregiverName, elder } from "./names.ts";
import { alarms, openIncident } from "./state.ts";

const SHOWN_ON_WALL = 5;

export function Alarms({ wall = false }: { wall?: boolean }) {
  const all = alarms.value;
  if (all.length === 0) return null;
  const words = t().alarm;
  const real = all.some((i) => !i.drill && isUnanswered(i));
  const shown = wall ? all.slice(0, SHOWN_ON_WALL) : all;
  return (
    <section class={`alarms ${wall ? "on-wall" : ""} ${real ? "ringing" : ""}`} aria-label={words.label}>
      {all.some((i) => i.drill) && <p class="drill-banner">{words.drillBanner}</p>}
      {real && muted.value && !wall && (
        <p class="muted-banner">
          <Icon name="mute" /> {words.silent}
          <button type="button" class="button quiet" onClick={toggleMute}>
            {t().app.unmute}
          </button>
        </p>
      )}
      <ol>
        {shown.map((i) => (
          <Row key={i.id} incident={i} controls={!wall} />
        ))}
      </ol>
      {all.length > shown.length && <p class="muted">+{all.length - shown.length}</p>}
      <p class="visually-hidden" role="alert">
        {all.filter((i) => isUnanswered(i) && !i.drill).map((i) => `${words.cause[i.cause]} ${place(i)}`).join("；")}
      </p>
    </section>
  );
}

const place = (i: Incident): string => (i.street ? streetName(i.street) : "");

/** Whom it is about; an elder's name only where it was read before, and never on the wall. */
export function whom(i: Incident, named: boolean): string {
  if (i.subject.whom === "caregiver") return caregiverName(i.subject.id);
  const name = named && i.subject.whom === "elder" ? elder(i.subject.id)?.name : null;
  return name ?? i.subject.id;
}

function Row({ incident: i, controls }: { incident: Incident; controls: boolean }) {
  const words = t().alarm;
  const now = tick.value;
  const state = clock(i, now);
  const time = stopwatch(waited(i, now));
  const goes = responders(i).map((r) => caregiverName(r.caregiver)).join("、");
  const open = () => {
    openIncident.value = i.id;
  };
  return (
    <li class={`alarm ${state} ${i.drill ? "drill" : ""} ${i.claim?.stale ? "stale" : ""}`} data-incident={i.id} aria-current={openIncident.value === i.id}>
      {i.drill && <b class="drill-mark">{words.drill}</b>}
      <b class="clock" title={words.waiting(time)}>
        {time}
      </b>
      <div class="grow">
        <strong>{words.cause[i.cause]}</strong> {whom(i, controls)} <span class="muted">{place(i)}</span>
        <div class="muted">
          {words.stage[i.stage]}
          {goes && ` · ${goes}`}
          {presses(i) > 1 && ` · ${words.presses(presses(i))}`}
          {i.escalation.exhausted && isUnanswered(i) && ` · ${words.exhausted}`}
          {isPerhapsATest(i) && ` · ${words.testAsked}`}
          {!i.registered && ` · ${words.unknownDevice}`}
          {isRelayed(i) && ` · ${words.relayed}`}
        </div>
      </div>
      <span class={`claim ${i.claim?.stale ? "stale" : ""}`}>{claim(i)}</span>
      {controls && handlesAlarms(me.value?.role) && <Buttons incident={i} />}
      {controls && (
        <button type="button" class="button" onClick={open}>
          {words.title}
        </button>
      )}
    </li>
  );
}

function claim(i: Incident): string {
  const words = t().alarm;
  if (!i.claim) return isUnanswered(i) ? words.nobody : "";
  return i.claim.stale ? words.claimStale(i.claim.by) : words.claimedBy(i.claim.by);
}

function Buttons({ incident: i }: { incident: Incident }) {
  const words = t().alarm;
  const mine = i.claim?.by === me.value?.user;
  const supervisor = me.value?.role === "supervisor";
  return (
    <>
      {!mine && (isFree(i) || supervisor) && (
        <button type="button" class={`button ${isUnanswered(i) ? "danger" : ""}`} aria-keyshortcuts="c" onClick={() => void claimAlarm(i)}>
          {i.claim ? words.takeOver : words.claim} <kbd>C</kbd>
        </button>
      )}
      {mine && isUnanswered(i) && (
        <button type="button" class="button primary" aria-keyshortcuts="v" onClick={() => void utterIncident(i, { action: "acknowledge" })}>
          {words.acknowledge} <kbd>V</kbd>
        </button>
      )}
    </>
  );
}

export async function claimAlarm(i: Incident): Promise<void> {
  openIncident.value = i.id;
  await utterIncident(i, i.claim ? { action: "claim", take_over: true } : { action: "claim" });
}

/** One key: the most pressing emergency that nobody has becomes mine, and opens. */
export async function claimNext(): Promise<void> {
  if (!handlesAlarms(me.value?.role)) return;
  const next = nextToClaim(alarms.value, me.value?.user ?? "");
  if (next) await claimAlarm(next);
}
