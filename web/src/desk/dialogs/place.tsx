/** Places an order: for whom, what, when, how pressing. */
import { useMemo, useState } from "preact/hooks";

import { district, standardVisit } from "../../app/district.ts";
import type { ElderListed, PlaceOrder, ServiceKind, Urgency } from "../../contract.ts";
import { yuan } from "../../money/api.ts";
import type { PayWith } from "../../money/contract.ts";
import { Glance, PriceSplit } from "../../money/glance.tsx";
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
  const [payWith, setPayWith] = useState<PayWith>("allowance");
  const [from, setFrom] = useState("");
  const [selfPay, setSelfPay] = useState<number | null>(null);
  const [agreed, setAgreed] = useState(false);
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
    if (payWith !== "allowance") order.pay_with = payWith;
    if (agreed && selfPay !== null && selfPay > 0) order.self_pay_up_to = selfPay;
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
        {later && <WindowFields onFrom={setFrom} />}
        {elder && district.value?.accounts && (
          <section aria-label={words.money.eligibility}>
            <Glance elder={elder.profile.id} />
            <label class="field">
              <span>{words.money.payWith}</span>
              <select class="input" name="pay_with" value={payWith} onChange={(e) => setPayWith(e.currentTarget.value as PayWith)}>
                <option value="allowance">{words.money.kinds.service_allowance}</option>
                <option value="silver_points">{words.money.kinds.silver_points}</option>
              </select>
            </label>
            <PriceSplit elder={elder.profile.id} service={service} payWith={payWith} day={later ? from.slice(0, 10) || undefined : undefined} onSelfPay={setSelfPay} />
            {selfPay !== null && selfPay > 0 && (
              <label class="row">
                <input type="checkbox" name="self_pay" checked={agreed} onChange={(e) => setAgreed(e.currentTarget.checked)} /> {words.money.agree(yuan(selfPay))}
              </label>
            )}
          </section>
        )}
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
export function WindowFields({ onFrom }: { onFrom?: (local: string) => void }) {
  const words = t().act;
  const hour = Math.ceil((districtNow() + 1_800_000) / 3_600_000) * 3_600_000;
  return (
    <div class="pair">
      <label class="field">
        <span>{words.from}</span>
        <input class="input" name="from" type="datetime-local" required defaultValue={toLocal(hour)} onInput={(e) => onFrom?.(e.currentTarget.value)} />
      </label>
      <label class="field">
        <span>{words.to}</span>
        <input class="input" name="to" type="datetime-local" required defaultValue={toLocal(hour + 3_600_000)} />
      </label>
    </div>
  );
}
