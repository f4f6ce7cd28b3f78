/** Places an order: for whom, what, when, how pressing. */
import { useMemo, useState } from "preact/hooks";

import { district, standardVisit } from "../../app/district.ts";
import type { ElderListed, PlaceOrder, ServiceKind, Urgency } from "../../contract.ts";
import { t } from "../../text/index.ts";
import { districtNow } from "../../ui/clock.ts";
import { Dialog } from "../../ui/dialog.tsx";
import { newId } from "../../ui/id.ts";
import { place } from "../commands.ts";
import { close, placingFor, selected } from "../state.ts";
import { ElderPicker } from "./elder-picker.tsx";
import { fromLocal, toLocal } from "./local-time.ts";

const URGENCIES: readonly Urgency[] = ["normal", "urgent", "emergency"];

export function Place() {
  const words = t();
  const command = useMemo(() => newId("cmd"), []);
  const [elder, setElder] = useState<ElderListed | null>(placingFor.value);
  const [service, setService] = useState<ServiceKind>("personal_care");
  const [urgency, setUrgency] = useState<Urgency>("normal");
  const [later, setLater] = useState(false);
  const [busy, setBusy] = useState(false);
  const standard = standardVisit(service);
  const shut = () => {
    placingFor.value = null;
    close("place");
  };
  const submit = async (event: SubmitEvent) => {
    event.preventDefault();
    if (!elder) return;
    const form = new FormData(event.currentTarget as HTMLFormElement);
    const text = (name: string) => String(form.get(name) ?? "");
    const order: PlaceOrder = { elder: elder.profile.id, service, urgency, family_present: form.has("family") };
    if (later) order.window = { earliest: fromLocal(text("from")), latest: fromLocal(text("to")) };
    if (text("minutes") !== "") order.minutes = Number(text("minutes"));
    setBusy(true);
    const placed = await place(order, command);
    setBusy(false);
    if (placed === null) return;
    shut();
    selected.value = { kind: "order", id: placed };
  };
  return (
    <Dialog title={words.act.place} onClose={shut}>
      <form class="body" onSubmit={submit} data-testid="place">
        <ElderPicker chosen={elder} onChoose={setElder} />
        <div class="pair">
          <label class="field">
            <span>{words.act.service}</span>
            <select class="input" name="service" value={service} onChange={(e) => setService(e.currentTarget.value as ServiceKind)}>
              {(district.value?.services ?? []).map(({ kind }) => (
                <option key={kind} value={kind}>
                  {words.service[kind]}
                </option>
              ))}
            </select>
          </label>
          <label class="field">
            <span>
              {words.act.minutes} {standard && `（${words.act.standard(standard.minutes, standard.team_size)}）`}
            </span>
            <input class="input" name="minutes" type="number" min="5" max="480" placeholder={String(standard?.minutes ?? "")} />
          </label>
        </div>
        <fieldset class="choices">
          <legend class="legend">{words.act.urgency}</legend>
          {URGENCIES.map((u) => (
            <button key={u} type="button" class={`button ${u === "emergency" ? "danger" : ""}`} aria-pressed={urgency === u} onClick={() => setUrgency(u)}>
              {words.urgency[u]}
            </button>
          ))}
        </fieldset>
        <fieldset class="choices">
          <legend class="legend">{words.act.when}</legend>
          <button type="button" class="button" aria-pressed={!later} onClick={() => setLater(false)}>
            {words.act.now}
          </button>
          <button type="button" class="button" aria-pressed={later} onClick={() => setLater(true)}>
            {words.queue.tabs.scheduled}
          </button>
        </fieldset>
        {later && <WindowFields />}
        <label class="row">
          <input type="checkbox" name="family" /> {words.drawer.family}
        </label>
        <footer>
          <button type="button" class="button" onClick={shut}>
            {words.app.cancel}
          </button>
          <button class="button primary" disabled={!elder || busy}>
            {words.act.send}
          </button>
        </footer>
      </form>
    </Dialog>
  );
}

/** Two instants by the city's clock, from the next full hour. */
export function WindowFields() {
  const words = t().act;
  const hour = Math.ceil((districtNow() + 1_800_000) / 3_600_000) * 3_600_000;
  return (
    <div class="pair">
      <label class="field">
        <span>{words.from}</span>
        <input class="input" name="from" type="datetime-local" required defaultValue={toLocal(hour)} />
      </label>
      <label class="field">
        <span>{words.to}</span>
        <input class="input" name="to" type="datetime-local" required defaultValue={toLocal(hour + 3_600_000)} />
      </label>
    </div>
  );
}
