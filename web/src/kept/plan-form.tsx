/** A visit that comes again: for whom, what, on which days, from when until when. Begins a plan, or changes one. */
import { useMemo, useState } from "preact/hooks";

import { district } from "../app/district.ts";
import { useSending } from "../app/sending.ts";
import type { ElderListed } from "../contract.ts";
import { ElderPicker } from "../desk/dialogs/elder-picker.tsx";
import { toLocal } from "../desk/dialogs/local-time.ts";
import { yuan } from "../money/api.ts";
import { t } from "../text/index.ts";
import { districtNow } from "../ui/clock.ts";
import { Field, WholeFault } from "../ui/field.tsx";
import { newId } from "../ui/id.ts";
import { take } from "./api.ts";
import type { Plan } from "./contract.ts";
import { clockOf, visitOf } from "./visit.ts";
import { Weekdays } from "./weekdays.tsx";

const PLACES = {
  "/visit/service": "service",
  "/visit/weekdays": "weekday",
  "/visit/starts": "starts",
  "/visit/within": "within",
  "/visit/minutes": "minutes",
  "/visit/self_pay_up_to": "self_pay",
  "/visit/from": "from",
  "/visit/until": "until",
};

export function PlanForm({ plan, onDone }: { plan?: Plan; onDone: () => void }) {
  const words = t().roster;
  const [elder, setElder] = useState<ElderListed | null>(null);
  const id = useMemo(() => plan?.id ?? newId("plan"), []);
  const { fault, busy, blame, send } = useSending(PLACES, words.problems);
  const known = plan?.visit;
  const submit = async (event: SubmitEvent) => {
    event.preventDefault();
    const visit = visitOf(new FormData(event.currentTarget as HTMLFormElement), known);
    if (visit.weekdays.length === 0) return blame({ field: "weekday", text: words.faults.noWeekday });
    if (visit.until !== undefined && visit.until < visit.from) return blame({ field: "until", text: words.faults.backwards });
    const step = plan ? { step: "change", visit } : { step: "begin", elder: elder?.profile.id, visit };
    if (await send({ id, step }, (command) => take("plans", id, step, "", command))) onDone();
  };
  return (
    <form class="filling" aria-label={plan ? words.changePlan : words.newPlan} data-testid="plan-form" onSubmit={submit}>
      {!plan && <ElderPicker chosen={elder} onChoose={setElder} />}
      <div class="fields">
        <Field name="service" label={words.service} fault={fault}>
          {(named) => (
            <select {...named}>
              {(district.value?.services ?? []).map(({ kind }) => (
                <option key={kind} value={kind} selected={kind === known?.service}>
                  {t().service[kind]}
                </option>
              ))}
            </select>
          )}
        </Field>
        <Field name="starts" label={words.earliest} fault={fault}>
          {(named) => <input {...named} type="time" required defaultValue={clockOf(known?.starts ?? 540)} />}
        </Field>
        <Field name="within" label={words.within} fault={fault}>
          {(named) => <input {...named} type="number" min={0} max={480} required defaultValue={String(known?.within ?? 60)} />}
        </Field>
        <Field name="minutes" label={words.minutes} fault={fault}>
          {(named) => <input {...named} type="number" min={5} max={480} defaultValue={String(known?.minutes ?? "")} />}
        </Field>
      </div>
      <Weekdays chosen={known?.weekdays ?? []} fault={fault} />
      <div class="fields">
        <Field name="from" label={words.firstVisit} fault={fault}>
          {(named) => <input {...named} type="date" required defaultValue={known?.from ?? toLocal(districtNow()).slice(0, 10)} />}
        </Field>
        <Field name="until" label={words.lastVisit} fault={fault}>
          {(named) => <input {...named} type="date" defaultValue={known?.until ?? ""} />}
        </Field>
        {district.value?.accounts && (
          <>
            <Field name="pay_with" label={t().money.payWith} fault={fault}>
              {(named) => (
                <select {...named}>
                  <option value="allowance">{t().money.kinds.service_allowance}</option>
                  <option value="silver_points" selected={known?.pay_with === "silver_points"}>
                    {t().money.kinds.silver_points}
                  </option>
                </select>
              )}
            </Field>
            <Field name="self_pay" label={words.selfPay} fault={fault}>
              {(named) => <input {...named} type="number" min={0} step="0.01" defaultValue={yuan(known?.self_pay_up_to ?? 0)} />}
            </Field>
          </>
        )}
      </div>
      <label class="row">
        <input type="checkbox" name="family" defaultChecked={known?.family_present ?? false} /> {words.family}
      </label>
      <button class="button primary" disabled={busy || (!plan && !elder)}>
        {t().act.send}
      </button>
      <WholeFault fault={fault} />
    </form>
  );
}
