/** Everything about the open emergency: what to do, who goes and when they are there, the card, what happened. */
import { useEffect, useState } from "preact/hooks";

import { streetName } from "../../app/district.ts";
import { me } from "../../app/session.ts";
import type { EmergencyCard, Incident, IncidentAction, Near } from "../../contract.ts";
import { get, withQuery } from "../../net/http.ts";
import { isOver, isUnanswered, responders, waited } from "../../store/incident.ts";
import { callee, incidentHappening, isIncidentTrouble } from "../../text/describe.ts";
import { hhmmss, metres, span, stopwatch } from "../../text/format.ts";
import { t } from "../../text/index.ts";
import { tick } from "../../ui/clock.ts";
import { Icon } from "../../ui/glyph.tsx";
import { toastProblem } from "../../ui/toast.tsx";
import { claimAlarm, whom } from "../alarms.tsx";
import { channels, readChannels } from "../figures.ts";
import { handlesAlarms, utterIncident } from "../commands.ts";
import { mapView } from "../map-panel.tsx";
import { askElder, caregiverName } from "../names.ts";
import { openIncident } from "../state.ts";

export function IncidentDrawer({ incident: i }: { incident: Incident }) {
  const words = t().alarm;
  useEffect(() => {
    if (i.subject.whom === "elder") askElder(i.subject.id);
    if (i.place) mapView.current?.reveal(i.place);
    void readChannels();
  }, [i.id]);
  const time = stopwatch(waited(i, tick.value));
  return (
    <aside class={`drawer incident ${i.drill ? "drill" : ""}`} aria-label={`${words.title} ${i.id}`} data-incident={i.id}>
      <header>
        <div class="grow">
          <h2 tabIndex={-1}>
            {i.drill && <b class="drill-mark">{words.drill}</b>} {words.cause[i.cause]} <span class={`badge ${isUnanswered(i) ? "emergency" : ""}`}>{words.stage[i.stage]}</span>
          </h2>
          <p class="muted">
            {whom(i, true)} · {i.street ? streetName(i.street) : ""} · {isUnanswered(i) ? words.waiting(time) : words.answeredIn(time)}
          </p>
          <p class="muted mono">{i.id}</p>
        </div>
        <button type="button" class="button quiet icon" aria-label={t().app.close} onClick={() => (openIncident.value = null)}>
          <Icon name="close" />
        </button>
      </header>
      {handlesAlarms(me.value?.role) && <Actions incident={i} />}
      <div class="scroll">
        {!isOver(i) && <Ladder incident={i} />}
        {!isOver(i) && <Missing />}
        <Responders incident={i} />
        {handlesAlarms(me.value?.role) && <Card incident={i} />}
        <History incident={i} />
      </div>
    </aside>
  );
}

type Asked = "note" | "resolve" | "false_alarm" | "hand_to120" | "hand_on";

function Actions({ incident: i }: { incident: Incident }) {
  const words = t().alarm;
  const [asked, setAsked] = useState<Asked | null>(null);
  const mine = i.claim?.by === me.value?.user;
  const utter = (action: IncidentAction) => void utterIncident(i, action);
  return (
    <>
      <div class="actions" role="group" aria-label={t().act.title}>
        {!isOver(i) && !mine && (
          <button type="button" class="button primary" aria-keyshortcuts="c" onClick={() => void claimAlarm(i)}>
            {i.claim ? words.takeOver : words.claim}
          </button>
        )}
        {isUnanswered(i) && (
          <button type="button" class="button primary" aria-keyshortcuts="v" onClick={() => utter({ action: "acknowledge" })}>
            {words.acknowledge}
          </button>
        )}
        {!isOver(i) && !i.drill && (
          <button type="button" class="button" data-act="call-back" title={words.callBackNote} disabled={!channels.value?.configured.includes("call")} onClick={() => utter({ action: "call_back" })}>
            {words.callBack}
          </button>
        )}
        <Ask name="note" label={words.note} asked={asked} onAsk={setAsked} />
        {!isOver(i) && (
          <>
            {i.claim && <Ask name="hand_on" label={words.handOn} asked={asked} onAsk={setAsked} />}
            {mine && (
              <button type="button" class="button" onClick={() => utter({ action: "release" })}>
                {words.release}
              </button>
            )}
            <span class="grow" />
            <Ask name="resolve" label={words.resolve} asked={asked} onAsk={setAsked} />
            <Ask name="false_alarm" label={words.falseAlarm} asked={asked} onAsk={setAsked} />
            <Ask name="hand_to120" label={words.to120} asked={asked} onAsk={setAsked} />
          </>
        )}
      </div>
      {asked && <Text key={asked} incident={i} asked={asked} onDone={() => setAsked(null)} />}
    </>
  );
}

function Ask({ name, label, asked, onAsk }: { name: Asked; label: string; asked: Asked | null; onAsk: (asked: Asked | null) => void }) {
  return (
    <button type="button" class={`button ${name === "hand_to120" ? "danger" : ""}`} aria-pressed={asked === name} onClick={() => onAsk(asked === name ? null : name)}>
      {label}
    </button>
  );
}

/** The few words that go with an action. */
function Text({ incident, asked, onDone }: { incident: Incident; asked: Asked; onDone: () => void }) {
  const words = t().alarm;
  const labels: Record<Asked, string> = { note: words.noteText, resolve: words.resolveText, false_alarm: words.falseAlarmText, hand_to120: words.to120Text, hand_on: words.handOnTo };
  const submit = async (event: SubmitEvent) => {
    event.preventDefault();
    const text = String(new FormData(event.currentTarget as HTMLFormElement).get("text") ?? "").trim();
    if (text === "") return;
    if (await utterIncident(incident, actionOf(asked, text))) onDone();
  };
  return (
    <form class="incident-text" onSubmit={submit}>
      <label class="field">
        <span>{labels[asked]}</span>
        <input class="input" name="text" maxLength={1000} autoFocus required />
      </label>
      <button class="button primary">{t().app.confirm}</button>
    </form>
  );
}

function actionOf(asked: Asked, text: string): IncidentAction {
  switch (asked) {
    case "note":
      return { action: "note", text };
    case "resolve":
      return { action: "resolve", note: text };
    case "false_alarm":
      return { action: "false_alarm", reason: text };
    case "hand_to120":
      return { action: "hand_to120", reference: text };
    case "hand_on":
      return { action: "hand_on", to: text };
  }
}

function Ladder({ incident: i }: { incident: Incident }) {
  const words = t().alarm;
  const due = i.escalation.due ? Date.parse(i.escalation.due) - tick.value : null;
  if (i.escalation.exhausted) return <p class="note danger">{words.exhausted}</p>;
  return due === null ? null : <p class="note">{words.nextRung(span(due))}</p>;
}

/** What the desk has to do itself because the district lacks the channel. */
function Missing() {
  const words = t().alarm;
  const known = channels.value;
  if (!known) return null;
  const missing = known.missing.map((m) => words.medium[m]).join("、");
  return (
    <p class="note" data-missing={known.missing.join(" ")}>
      {known.configured.length === 0 ? words.channelsNone : missing && words.channelsMissing(missing)}
      {!known.duty && ` · ${words.dutyMissing}`}
    </p>
  );
}

const ETA_EVERY_MS = 15_000;

/** Road times of those near, asked again while somebody is on the way. */
function useEtas(i: Incident): ReadonlyMap<string, Near> {
  const [etas, setEtas] = useState<ReadonlyMap<string, Near>>(new Map());
  const wanted = !isOver(i) && i.stage !== "on_scene" && i.place !== undefined;
  useEffect(() => {
    if (!wanted || !i.place) return;
    const { lon, lat } = i.place;
    const read = () =>
      void get<{ found: Near[] }>(withQuery("/api/v1/nearest", { lon, lat, datum: "wgs84", k: 20, within: 20_000, by_road: true })).then(
        ({ found }) => setEtas(new Map(found.map((near) => [near.caregiver, near]))),
        () => setEtas(new Map()),
      );
    read();
    const timer = setInterval(read, ETA_EVERY_MS);
    return () => clearInterval(timer);
  }, [i.id, wanted]);
  return etas;
}

function Responders({ incident: i }: { incident: Incident }) {
  const words = t().alarm;
  const etas = useEtas(i);
  const going = responders(i);
  const calls = i.calls ?? [];
  const eta = (who: string) => {
    const leg = etas.get(who)?.leg;
    return leg ? words.eta(span(leg.seconds * 1000), metres(leg.metres)) : words.noEta;
  };
  return (
    <section>
      {going.length > 0 && <h3>{words.responders}</h3>}
      <ul class="people">
        {going.map((r) => (
          <li key={r.caregiver}>
            <strong>{caregiverName(r.caregiver)}</strong> <span class="muted">{r.arrived ? `${words.stage.on_scene} ${hhmmss(r.arrived.at)}` : eta(r.caregiver)}</span>
          </li>
        ))}
      </ul>
      {calls.length > 0 && <h3>{words.called}</h3>}
      <ul class="people">
        {calls.map((c, n) => (
          <li key={n}>
            {callee(c, caregiverName)} <span class="muted">{words.answer[c.answer]}</span>{" "}
            {c.callee === "caregiver" && c.answer === "waiting" && c.caregiver && <span class="muted">{eta(c.caregiver)}</span>}
          </li>
        ))}
      </ul>
    </section>
  );
}

/** Read on demand: every reading is audited. */
function Card({ incident: i }: { incident: Incident }) {
  const words = t().alarm;
  const [card, setCard] = useState<EmergencyCard | null>(null);
  const read = () => void get<EmergencyCard>(`/api/v1/incidents/${encodeURIComponent(i.id)}/card`).then(setCard, toastProblem);
  const path = `/api/v1/incidents/${encodeURIComponent(i.id)}`;
  return (
    <section>
      <h3>{words.card}</h3>
      {card === null ? (
        <button type="button" class="button" onClick={read}>
          {words.showCard}
        </button>
      ) : (
        <dl class="facts">
          <dt>{card.name}</dt>
          <dd>{card.address}</dd>
          {card.matters && <Fact name={words.cardMatters} text={card.matters} />}
          {card.call_back && <Fact name={words.cardCall} text={card.call_back} />}
          {card.family?.map((f) => <Fact key={f.phone} name={words.cardFamily} text={`${f.name} ${f.phone}`} />)}
          {card.doctor && <Fact name={words.cardDoctor} text={`${card.doctor.name} ${card.doctor.phone}`} />}
          {card.door_code && <Fact name={words.cardDoor} text={card.door_code} />}
        </dl>
      )}
      <p class="line">
        <a class="button" href={`${path}/cap`} download>
          {words.exportCap}
        </a>
        <a class="button" href={`${path}/timeline`} download>
          {words.exportTimeline}
        </a>
      </p>
    </section>
  );
}

const Fact = ({ name, text }: { name: string; text: string }) => (
  <>
    <dt>{name}</dt>
    <dd>{text}</dd>
  </>
);

function History({ incident: i }: { incident: Incident }) {
  const words = t();
  return (
    <section>
      <h3>{words.drawer.timeline}</h3>
      <ol class="timeline">
        {(i.timeline ?? [])
          .map((e, n) => (
            <li key={n} class={isIncidentTrouble(e) ? "trouble" : ""}>
              <time>{hhmmss(e.occurred_at ?? e.at)}</time>
              <div>
                {incidentHappening(e, caregiverName)}
                <div class="muted">
                  {words.role[e.by.role]} {e.by.user}
                </div>
              </div>
            </li>
          ))
          .reverse()}
      </ol>
    </section>
  );
}
