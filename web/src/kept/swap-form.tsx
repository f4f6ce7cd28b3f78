/** A shift that is offered to a colleague of the same house. */
import { useMemo } from "preact/hooks";

import { caregiverName } from "../desk/names.ts";
import { world } from "../desk/state.ts";
import { t } from "../text/index.ts";
import { districtNow } from "../ui/clock.ts";
import { Field, WholeFault } from "../ui/field.tsx";
import { newId } from "../ui/id.ts";
import { useRosterStep, type FormProps } from "./roster-step.ts";
import { givable, said } from "./standing.ts";

const PLACES = { "/shift": "shift", "/to": "to", no_such: "shift", busy: "to", other_employer: "to", unknown_person: "to", unknown_entry: "to" };

export function SwapForm({ roster, onDone }: FormProps) {
  const words = t().roster;
  const swap = useMemo(() => newId("swap"), []);
  const { fault, busy, step } = useRosterStep(roster.caregiver, PLACES);
  const shifts = givable(roster, districtNow());
  const colleagues = [...world.value.caregivers.values()].filter((c) => c.organisation === roster.organisation && c.id !== roster.caregiver);
  if (shifts.length === 0) return <p class="muted">{words.noShift}</p>;
  const submit = async (event: SubmitEvent) => {
    event.preventDefault();
    const form = new FormData(event.currentTarget as HTMLFormElement);
    const shift = shifts[Number(form.get("shift"))];
    if (shift && (await step({ step: "offer_swap", swap, shift, to: String(form.get("to") ?? "") }))) onDone();
  };
  return (
    <form class="filling" aria-label={words.offerSwap} data-testid="swap-form" onSubmit={submit}>
      <div class="fields">
        <Field name="shift" label={words.shift} fault={fault}>
          {(named) => (
            <select {...named}>
              {shifts.map((shift, at) => (
                <option key={shift.earliest} value={at}>
                  {said(shift)}
                </option>
              ))}
            </select>
          )}
        </Field>
        <Field name="to" label={words.to} fault={fault}>
          {(named) => (
            <select {...named} required>
              {colleagues.map((c) => (
                <option key={c.id} value={c.id}>
                  {caregiverName(c.id)} {c.id}
                </option>
              ))}
            </select>
          )}
        </Field>
      </div>
      <button class="button primary" disabled={busy}>
        {t().act.send}
      </button>
      <WholeFault fault={fault} />
    </form>
  );
}
