/** Changes an order at the elder's wish: its length, its service, its time. */
import { useState } from "preact/hooks";

import { district } from "../../app/district.ts";
import type { Change, Order, ServiceKind } from "../../contract.ts";
import { t } from "../../text/index.ts";
import { Dialog } from "../../ui/dialog.tsx";
import { utter } from "../commands.ts";
import { close } from "../state.ts";
import { fromLocal } from "./local-time.ts";
import { WindowFields } from "./place.tsx";

const KINDS = ["addMinutes", "newService", "newWindow", "newSelfPay"] as const;

export function ChangeOrder({ order }: { order: Order }) {
  const words = t();
  const [kind, setKind] = useState<(typeof KINDS)[number]>(order.funding?.state === "refused" ? "newSelfPay" : "addMinutes");
  const shut = () => close("change");
  const submit = async (event: SubmitEvent) => {
    event.preventDefault();
    const form = new FormData(event.currentTarget as HTMLFormElement);
    const change = read(kind, form, order);
    if (change && (await utter(order, { action: "change", change }))) shut();
  };
  return (
    <Dialog title={`${words.act.change} · ${words.service[order.service]}`} onClose={shut}>
      <form class="body" onSubmit={submit}>
        <fieldset class="choices">
          {KINDS.filter((k) => k !== "newSelfPay" || order.funding).map((k) => (
            <button key={k} type="button" class="button" aria-pressed={kind === k} onClick={() => setKind(k)}>
              {words.act[k]}
            </button>
          ))}
        </fieldset>
        {kind === "addMinutes" && (
          <label class="field">
            <span>{words.act.minutes}</span>
            <input class="input" name="minutes" type="number" min="5" max="480" step="5" required defaultValue={String(order.requirement.duration / 60)} />
          </label>
        )}
        {kind === "newService" && (
          <label class="field">
            <span>{words.act.service}</span>
            <select class="input" name="service" defaultValue={order.service}>
              {(district.value?.services ?? []).map((s) => (
                <option key={s.kind} value={s.kind}>
                  {words.service[s.kind]}
                </option>
              ))}
            </select>
          </label>
        )}
        {kind === "newWindow" && <WindowFields />}
        {kind === "newSelfPay" && (
          <label class="field">
            <span>{words.money.upTo}</span>
            <input class="input" name="yuan" type="number" min="0" max="100000" step="0.01" required defaultValue={String((order.funding?.self_pay_up_to ?? 0) / 100)} />
          </label>
        )}
        <footer>
          <button type="button" class="button" onClick={shut}>
            {words.app.cancel}
          </button>
          <button class="button primary">{words.act.send}</button>
        </footer>
      </form>
    </Dialog>
  );
}

function read(kind: (typeof KINDS)[number], form: FormData, order: Order): Change | null {
  const text = (name: string) => String(form.get(name) ?? "");
  if (kind === "newService") return { change: "service", service: text("service") as ServiceKind };
  if (kind === "newWindow") return { change: "window", window: { earliest: fromLocal(text("from")), latest: fromLocal(text("to")) } };
  if (kind === "newSelfPay") return { change: "self_pay", up_to: Math.round(Number(text("yuan")) * 100) };
  const by = Number(text("minutes")) - order.requirement.duration / 60;
  return by === 0 ? null : { change: by > 0 ? "add" : "reduce", minutes: Math.abs(by) };
}
