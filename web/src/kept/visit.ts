/** A plan's visit as a form says it and as the registry keeps it. Pure. */
import type { ServiceKind } from "../contract.ts";
import type { PayWith } from "../money/contract.ts";
import type { PlanVisit, Weekday } from "./contract.ts";

const two = (n: number) => String(n).padStart(2, "0");
/** Minutes after midnight as a clock shows them; past midnight it begins anew. */
export const clockOf = (minutes: number): string => `${two(Math.floor(minutes / 60) % 24)}:${two(minutes % 60)}`;
export const minutesOf = (clock: string): number => Number(clock.slice(0, 2)) * 60 + Number(clock.slice(3, 5));

/** What the fields say; what they do not ask for here stays as it is. */
export function visitOf(form: FormData, known?: PlanVisit): PlanVisit {
  const text = (name: string) => String(form.get(name) ?? "");
  return {
    service: text("service") as ServiceKind,
    weekdays: form.getAll("weekday") as Weekday[],
    starts: minutesOf(text("starts")),
    within: Number(text("within")),
    ...(text("minutes") !== "" && { minutes: Number(text("minutes")) }),
    family_present: form.has("family"),
    pay_with: form.has("pay_with") ? (text("pay_with") as PayWith) : (known?.pay_with ?? "allowance"),
    self_pay_up_to: form.has("self_pay") ? Math.round(Number(text("self_pay")) * 100) : (known?.self_pay_up_to ?? 0),
    from: text("from"),
    ...(text("until") !== "" && { until: text("until") }),
  };
}
