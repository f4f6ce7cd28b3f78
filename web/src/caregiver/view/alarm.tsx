/** Somebody calls for help: above all else on this phone, until it is answered. Then the way, the door, the end. */
import { useEffect, useState } from "preact/hooks";

import { streetName } from "../../app/district.ts";
import type { EmergencyCard, Incident } from "../../contract.ts";
import { get } from "../../net/http.ts";
import { stopwatch } from "../../text/format.ts";
import { t } from "../../text/index.ts";
import { chime } from "../../ui/chime.ts";
import { tick } from "../../ui/clock.ts";
import { Icon } from "../../ui/glyph.tsx";
import { help } from "../alarms.ts";
import type { Called } from "../sync/called.ts";
import { Pending } from "./pending.tsx";
import { Sheet } from "./sheet.tsx";
import { Sketch } from "./sketch.tsx";

/** Between two rings. */
const RING_MS = 2_400;

export function Alarm({ called }: { called: Called }) {
  const { incident: i, step, pending } = called;
  const words = t();
  useRing(step === "asked" && !i.drill);
  const [ending, setEnding] = useState(false);
  return (
    <>
      <main class={`screen alarm-screen ${i.drill ? "drill" : ""} ${step}`} data-incident={i.id} data-step={step}>
        <div class="alarm-head" role="alert">
          {i.drill && <b class="drill-mark">{words.alarm.drill}</b>}
          <h1>{words.alarm.cause[i.cause]}</h1>
          <p>
            {i.street ? streetName(i.street) : ""} · {words.alarm.waiting(stopwatch(Math.max(0, tick.value - Date.parse(i.opened_at))))} {pending && <Pending />}
          </p>
        </div>
        {i.place && <Sketch to={{ id: i.id, place: i.place, priority: "emergency", path: `/api/v1/incidents/${encodeURIComponent(i.id)}/route` }} />}
        {!i.place && <p class="empty">{words.phone.noPlace}</p>}
        {step !== "asked" && !pending && <WayIn incident={i} />}
        {step !== "asked" && i.place && (
          <a class="button huge" href={`geo:${i.place.lat},${i.place.lon}`}>
            <Icon name="pin" /> {words.phone.navigate}
          </a>
        )}
      </main>
      <footer class="bar-bottom">
        {step === "asked" && (
          <>
            <button type="button" class="button huge narrow" data-act="alarm-decline" onClick={() => void help(i.id, { action: "decline" })}>
              {words.phone.cannotGo}
            </button>
            <button type="button" class="button danger huge" data-act="alarm-accept" onClick={() => void help(i.id, { action: "accept" })}>
              {words.phone.goNow}
            </button>
          </>
        )}
        {step === "going" && (
          <button type="button" class="button primary huge" data-act="alarm-arrive" onClick={() => void help(i.id, { action: "arrive" })}>
            {words.phone.next.arrive}
          </button>
        )}
        {step === "there" && (
          <button type="button" class="button primary huge" data-act="alarm-resolve" onClick={() => setEnding(true)}>
            {words.alarm.resolve}
          </button>
        )}
      </footer>
      {ending && <Ending id={i.id} onClose={() => setEnding(false)} />}
    </>
  );
}

/** Rings and shakes until it is answered; whoever asked for less motion still hears and feels it. */
function useRing(on: boolean): void {
  useEffect(() => {
    if (!on) return;
    const ring = () => {
      chime([988, 740, 988, 740], RING_MS - 100);
      navigator.vibrate?.([400, 150, 400, 150, 400]);
    };
    ring();
    const timer = setInterval(ring, RING_MS);
    return () => {
      clearInterval(timer);
      navigator.vibrate?.(0);
    };
  }, [on]);
}

/** How to get in and what matters; only who accepted is told, and every reading is audited. */
function WayIn({ incident }: { incident: Incident }) {
  const words = t().alarm;
  const [card, setCard] = useState<EmergencyCard | null | undefined>(undefined);
  useEffect(() => {
    let gone = false;
    const read = () =>
      get<EmergencyCard>(`/api/v1/incidents/${encodeURIComponent(incident.id)}/card`).then(
        (found) => gone || setCard(found),
        () => gone || setCard(null),
      );
    void read();
    return () => {
      gone = true;
    };
  }, [incident.id]);
  if (!card) return card === null ? <p class="empty">{t().phone.noCard}</p> : null;
  return (
    <dl class="big-facts" data-card>
      <Fact name={card.name ?? ""} text={card.address ?? ""} />
      {card.door_code && <Fact name={words.cardDoor} text={card.door_code} strong />}
      {card.matters && <Fact name={words.cardMatters} text={card.matters} />}
    </dl>
  );
}

const Fact = ({ name, text, strong = false }: { name: string; text: string; strong?: boolean }) => (
  <div>
    <dt>{name}</dt>
    <dd class={strong ? "door-code" : ""}>{text}</dd>
  </div>
);

function Ending({ id, onClose }: { id: string; onClose: () => void }) {
  const words = t().alarm;
  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    const note = String(new FormData(event.currentTarget as HTMLFormElement).get("note") ?? "").trim();
    if (note === "") return;
    onClose();
    void help(id, { action: "resolve", note });
  };
  return (
    <Sheet title={words.resolve} onClose={onClose}>
      <form class="verify" onSubmit={submit}>
        <label class="field">
          <span>{words.resolveText}</span>
          <input class="input big" name="note" maxLength={1000} required autoFocus autocomplete="off" />
        </label>
        <button class="button primary huge" data-act="alarm-resolved">
          {t().app.confirm}
        </button>
      </form>
    </Sheet>
  );
}

/** A caregiver who needs help: held for a moment, so that no pocket calls. */
const HOLD_MS = 1_500;

export function SosButton({ drill, onRaise }: { drill: boolean; onRaise: () => void }) {
  const words = t();
  const [held, setHeld] = useState(false);
  useEffect(() => {
    if (!held) return;
    const timer = setTimeout(() => {
      setHeld(false);
      navigator.vibrate?.(200);
      onRaise();
    }, HOLD_MS);
    return () => clearTimeout(timer);
  }, [held]);
  const release = () => setHeld(false);
  return (
    <button
      type="button"
      class={`sos ${held ? "held" : ""} ${drill ? "drill" : ""}`}
      data-act="sos"
      aria-label={words.phone.sosLabel}
      onPointerDown={() => setHeld(true)}
      onPointerUp={release}
      onPointerLeave={release}
      onPointerCancel={release}
      onContextMenu={(event) => event.preventDefault()}
      onKeyDown={(event) => (event.key === " " || event.key === "Enter") && setHeld(true)}
      onKeyUp={release}
      onBlur={release}
    >
      SOS{drill && <small>{words.alarm.drill}</small>}
    </button>
  );
}

/** What became of one's own call for help. */
export function OwnCall({ incident: i }: { incident: Incident }) {
  const words = t();
  return (
    <p class={`banner danger ${i.drill ? "drill" : ""}`} role="status" data-own-call={i.stage}>
      {i.drill && <b class="drill-mark">{words.alarm.drill}</b>}
      <strong class="grow">{words.phone.sosSent}</strong> {words.alarm.stage[i.stage]}
    </p>
  );
}
