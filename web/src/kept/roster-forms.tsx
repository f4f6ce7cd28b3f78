/** What a desk enters about one caregiver's roster: shifts, leave asked for on their behalf, a shift that changes hands. */
import type { ComponentChildren } from "preact";
import { useMemo, useState } from "preact/hooks";

import type { Role } from "../contract.ts";
import { t } from "../text/index.ts";
import { Field, WholeFault } from "../ui/field.tsx";
import { newId } from "../ui/id.ts";
import { LEAVE_PLACES, LeaveFields, leaveFault, leaveOf } from "./leave.tsx";
import { useRosterStep, type FormProps } from "./roster-step.ts";
import { ShiftsForm } from "./shifts-form.tsx";
import { SwapForm } from "./swap-form.tsx";

type Form = "shifts" | "askLeave" | "offerSwap";
const MAY: Record<Form, readonly Role[]> = {
  shifts: ["supervisor", "organisation"],
  askLeave: ["operator", "supervisor", "organisation"],
  offerSwap: ["operator", "supervisor", "organisation"],
};

export function RosterForms({ roster, role, onDone }: FormProps & { role: Role }) {
  const [open, setOpen] = useState<Form | null>(null);
  const words = t().roster;
  const done = () => {
    setOpen(null);
    onDone();
  };
  const forms: Record<Form, () => ComponentChildren> = {
    shifts: () => <ShiftsForm roster={roster} onDone={done} />,
    askLeave: () => <LeaveForm roster={roster} onDone={done} />,
    offerSwap: () => <SwapForm roster={roster} onDone={done} />,
  };
  return (
    <>
      <div class="row">
        {(Object.keys(MAY) as Form[])
          .filter((form) => MAY[form].includes(role))
          .map((form) => (
            <button key={form} type="button" class="button small" data-form={form} aria-expanded={open === form} onClick={() => setOpen(open === form ? null : form)}>
              {words[form]}
            </button>
          ))}
      </div>
      {open && forms[open]()}
    </>
  );
}

function LeaveForm({ roster, onDone }: FormProps) {
  const words = t().roster;
  const leave = useMemo(() => newId("leave"), []);
  const { fault, busy, blame, step } = useRosterStep(roster.caregiver, LEAVE_PLACES);
  const submit = async (event: SubmitEvent) => {
    event.preventDefault();
    const form = new FormData(event.currentTarget as HTMLFormElement);
    const asked = leaveOf(form, leave);
    const wrong = leaveFault(asked.span);
    blame(wrong);
    if (!wrong && (await step({ ...asked }, String(form.get("note") ?? "").trim()))) onDone();
  };
  return (
    <form class="filling" aria-label={words.askLeave} data-testid="leave-form" onSubmit={submit}>
      <div class="fields">
        <LeaveFields fault={fault} />
        <Field name="note" label={words.note} fault={fault}>
          {(named) => <input {...named} maxLength={500} />}
        </Field>
      </div>
      <button class="button primary" disabled={busy}>
        {t().act.send}
      </button>
      <WholeFault fault={fault} />
    </form>
  );
}
