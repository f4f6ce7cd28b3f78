/** Leave that is asked for: the fields that desk and phone share, and what they say. */
import { fromLocal, toLocal } from "../desk/dialogs/local-time.ts";
import type { Fault } from "../app/faults.ts";
import { t } from "../text/index.ts";
import { districtNow } from "../ui/clock.ts";
import { Field } from "../ui/field.tsx";
import { LEAVE_KINDS, type LeaveKind, type OwnStep, type Span } from "./contract.ts";

const DAY_MS = 86_400_000;
const LONGEST_DAYS = 184;

/** Where a refusal of it lies. */
export const LEAVE_PLACES = { "/kind": "kind", "/span": "from", "/span/latest": "until", out_of_range: "until", malformed_note: "note" };

/** What is wrong with the span, before anybody is asked. */
export function leaveFault(span: Span): Fault | null {
  const words = t().roster.faults;
  const long = Date.parse(span.latest) - Date.parse(span.earliest);
  if (!(long > 0)) return { field: "until", text: words.backwards };
  return long > LONGEST_DAYS * DAY_MS ? { field: "until", text: words.tooLong } : null;
}

/** What the fields say. */
export function leaveOf(form: FormData, leave: string): OwnStep & { step: "ask_leave" } {
  const text = (name: string) => String(form.get(name) ?? "");
  return { step: "ask_leave", leave, span: { earliest: fromLocal(text("from")), latest: fromLocal(text("until")) }, kind: text("kind") as LeaveKind };
}

export function LeaveFields({ fault, big = false }: { fault: Fault | null; big?: boolean }) {
  const words = t();
  const tomorrow = toLocal(districtNow() + DAY_MS).slice(0, 10);
  return (
    <>
      <Field name="kind" label={words.roster.kind} fault={fault} big={big}>
        {(named) => (
          <select {...named}>
            {LEAVE_KINDS.map((kind) => (
              <option key={kind} value={kind}>
                {words.kept.leaves[kind]}
              </option>
            ))}
          </select>
        )}
      </Field>
      <Field name="from" label={words.roster.from} fault={fault} big={big}>
        {(named) => <input {...named} type="datetime-local" required defaultValue={`${tomorrow}T08:00`} />}
      </Field>
      <Field name="until" label={words.roster.until} fault={fault} big={big}>
        {(named) => <input {...named} type="datetime-local" required defaultValue={`${tomorrow}T18:00`} />}
      </Field>
    </>
  );
}
