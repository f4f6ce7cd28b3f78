/** The shifts of a caregiver: those ahead one by one, more of them by weekday. What is over stays as it was. */
import { useState } from "preact/hooks";

import { toLocal } from "../desk/dialogs/local-time.ts";
import { hhmm } from "../text/format.ts";
import { t } from "../text/index.ts";
import { districtNow } from "../ui/clock.ts";
import { Field, WholeFault } from "../ui/field.tsx";
import { toast } from "../ui/toast.tsx";
import { WEEKDAYS, type Span, type Weekday } from "./contract.ts";
import { ahead, fitting, laidOut, overlap, within } from "./pattern.ts";
import { useRosterStep, type FormProps } from "./roster-step.ts";
import { said } from "./standing.ts";
import { Weekdays } from "./weekdays.tsx";

const DAY_MS = 86_400_000;
const dayFrom = (days: number) => toLocal(districtNow() + days * DAY_MS).slice(0, 10);
const earlier = (a: Span, b: Span) => a.earliest.localeCompare(b.earliest);

export function ShiftsForm({ roster, onDone }: FormProps) {
  const words = t().roster;
  const [shifts, setShifts] = useState(roster.shifts);
  const [breaks, setBreaks] = useState(roster.breaks);
  const { fault, busy, blame, step } = useRosterStep(roster.caregiver, { "/shifts": "first", "/breaks": "restStarts" });
  const shown = ahead(shifts, districtNow());
  const restOf = (shift: Span) => breaks.filter((rest) => within(rest, shift)).map((rest) => words.rest(hhmm(rest.earliest), hhmm(rest.latest)));
  const remove = (shift: Span) => {
    setShifts(shifts.filter((it) => it !== shift));
    setBreaks(breaks.filter((rest) => !within(rest, shift)));
  };
  const add = (event: SubmitEvent) => {
    event.preventDefault();
    const form = new FormData(event.currentTarget as HTMLFormElement);
    const text = (name: string) => String(form.get(name) ?? "");
    const rest = text("restStarts") && text("restEnds") ? { rest: { starts: text("restStarts"), ends: text("restEnds") } } : {};
    const weekdays = form.getAll("weekday") as Weekday[];
    const more = laidOut({ first: text("first"), last: text("last"), weekdays, starts: text("starts"), ends: text("ends"), ...rest });
    const clash = shifts.find((there) => more.shifts.some((shift) => overlap(shift, there)));
    const inside = more.breaks.every((span, at) => within(span, more.shifts[at] as Span));
    if (weekdays.length === 0) return blame({ field: "weekday", text: words.faults.noWeekday });
    if (text("first") > text("last")) return blame({ field: "last", text: words.faults.backwards });
    if (more.shifts.length === 0) return blame({ field: "last", text: words.faults.nothingFits });
    if (clash) return blame({ field: "starts", text: words.faults.overlaps(said(clash)) });
    if (!inside) return blame({ field: "restStarts", text: words.faults.restOutside });
    blame(null);
    setShifts([...shifts, ...more.shifts].sort(earlier));
    setBreaks([...breaks, ...more.breaks].sort(earlier));
    toast(words.added(more.shifts.length));
  };
  const save = async () => {
    if (await step({ step: "set_shifts", ...fitting(shifts, breaks) })) onDone();
  };
  return (
    <section aria-label={words.shifts} data-testid="shifts-form">
      <p class="muted">{shown.length === 0 ? words.noneAhead : words.ahead(shown.length)}</p>
      <ul class="record">
        {shown.map((shift) => (
          <li key={shift.earliest} data-shift={shift.earliest}>
            {said(shift)} <span class="muted">{restOf(shift).join(" · ")}</span>{" "}
            <button type="button" class="button small quiet" aria-label={words.remove(said(shift))} onClick={() => remove(shift)}>
              ×
            </button>
          </li>
        ))}
      </ul>
      <form class="filling" aria-label={words.pattern} onSubmit={add}>
        <div class="fields">
          <Field name="first" label={words.firstDay} fault={fault}>
            {(named) => <input {...named} type="date" required min={dayFrom(0)} defaultValue={dayFrom(1)} />}
          </Field>
          <Field name="last" label={words.lastDay} fault={fault}>
            {(named) => <input {...named} type="date" required defaultValue={dayFrom(7)} />}
          </Field>
          <Field name="starts" label={words.starts} fault={fault}>
            {(named) => <input {...named} type="time" required defaultValue="08:30" />}
          </Field>
          <Field name="ends" label={words.ends} fault={fault}>
            {(named) => <input {...named} type="time" required defaultValue="17:30" />}
          </Field>
          <Field name="restStarts" label={words.restStarts} fault={fault}>
            {(named) => <input {...named} type="time" defaultValue="12:00" />}
          </Field>
          <Field name="restEnds" label={words.restEnds} fault={fault}>
            {(named) => <input {...named} type="time" defaultValue="13:00" />}
          </Field>
        </div>
        <Weekdays chosen={WEEKDAYS.slice(0, 5)} fault={fault} />
        <button class="button" data-act="add-shifts">
          {words.add}
        </button>
      </form>
      <button type="button" class="button primary" data-act="save-shifts" disabled={busy} onClick={() => void save()}>
        {words.saveShifts}
      </button>
      <WholeFault fault={fault} />
    </section>
  );
}
