/** What matters, organisations, facilities, rosters and plans have in common: a day something is due, and who did what. */
import type { Actor } from "../contract.ts";
import { t } from "../text/index.ts";

export interface Noted {
  on: string;
  by: Actor;
  step: string;
  note?: string;
}

/** Due before today. */
export const isLate = (due: string | undefined, today: string): boolean => due !== undefined && due < today;

export function Due({ due, today }: { due: string | undefined; today: string }) {
  const words = t().money;
  if (due === undefined) return null;
  const late = isLate(due, today);
  return <span class={`badge ${late ? "danger" : ""}`}>{late ? words.overdue(due) : words.due(due)}</span>;
}

export const Record = ({ record, steps }: { record: Noted[]; steps: Partial<{ [step: string]: string }> }) => (
  <ol class="record">
    {record.map((r, at) => (
      <li key={at}>
        <span class="mono">{r.on}</span> {steps[r.step] ?? r.step} · {t().role[r.by.role]} <span class="muted">{r.by.user}</span> {r.note}
      </li>
    ))}
  </ol>
);
