/** Rosters with leave and swaps that wait for an answer. */
import { useState } from "preact/hooks";

import type { Role } from "../contract.ts";
import { caregiverName } from "../desk/names.ts";
import { fullDate, hhmm } from "../text/format.ts";
import { t } from "../text/index.ts";
import { rosters } from "./api.ts";
import type { Answer, Roster, Span } from "./contract.ts";
import { useKept } from "./entry.tsx";

const said = (span: Span) => `${fullDate(span.earliest)} ${hhmm(span.earliest)} – ${fullDate(span.latest)} ${hhmm(span.latest)}`;

export function RostersRoom({ role }: { role: Role }) {
  const words = t().kept;
  const [all, setAll] = useState(false);
  const { known, step } = useKept<{ items: Roster[] }>(() => rosters(!all), "rosters", String(all));
  const decides = role === "supervisor" || role === "organisation";
  return (
    <>
      <label class="row">
        <input type="checkbox" checked={all} onChange={(e) => setAll(e.currentTarget.checked)} /> {words.allRosters}
      </label>
      {known?.items.length === 0 && <p class="muted">{t().money.nothing}</p>}
      <ul class="matters">
        {known?.items.map((it) => (
          <li key={it.caregiver} data-roster={it.caregiver}>
            <h3>
              {caregiverName(it.caregiver)} <span class="muted">{it.organisation}</span>
            </h3>
            {it.leaves.map((leave) => (
              <p key={leave.id}>
                {words.leaves[leave.kind]} {said(leave.span)} <Stage answer={leave.stage} />
                {decides && leave.stage === "asked" && <Decide onDecide={(grant) => void step(it.caregiver, { step: "decide_leave", leave: leave.id, grant }, "")} />}
              </p>
            ))}
            {it.swaps.map((swap) => (
              <p key={swap.id}>
                {words.swap(caregiverName(swap.to))} {said(swap.shift)} <Stage answer={swap.stage} />
                {decides && swap.stage === "agreed" && <Decide onDecide={(grant) => void step(it.caregiver, { step: "decide_swap", swap: swap.id, grant }, "")} />}
              </p>
            ))}
          </li>
        ))}
      </ul>
    </>
  );
}

const Stage = ({ answer }: { answer: Answer }) => <span class={`badge ${answer === "granted" ? "accent" : answer === "refused" ? "danger" : ""}`}>{t().kept.answers[answer]}</span>;

const Decide = ({ onDecide }: { onDecide: (grant: boolean) => void }) => (
  <>
    {" "}
    <button type="button" class="button small" data-act="grant" onClick={() => onDecide(true)}>
      {t().drawer.approve}
    </button>{" "}
    <button type="button" class="button small" data-act="refuse" onClick={() => onDecide(false)}>
      {t().drawer.refuse}
    </button>
  </>
);
