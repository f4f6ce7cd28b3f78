/** Rosters with leave and swaps that wait for an answer, and care plans with the orders they made. */
import { useState } from "preact/hooks";

import type { Role } from "../contract.ts";
import { caregiverName } from "../desk/names.ts";
import { fullDate, hhmm } from "../text/format.ts";
import { t } from "../text/index.ts";
import { plans, rosters } from "./api.ts";
import type { Answer, Came, Plan, Roster, Span } from "./contract.ts";
import { useKept } from "./entries.tsx";

const said = (span: Span) => `${fullDate(span.earliest)} ${hhmm(span.earliest)} – ${fullDate(span.latest)} ${hhmm(span.latest)}`;

/** What is to be said of a day beyond that it has its order. */
function came(made: Came): string {
  const words = t().kept;
  switch (made.came) {
    case "refused":
      return words.notMade(made.refused);
    case "stays":
      return words.stays(made.stays);
    case "withdrawn":
      return words.takenBack;
    default:
      return "";
  }
}

export function RostersRoom({ role }: { role: Role }) {
  const words = t().kept;
  const [all, setAll] = useState(false);
  const { known, act } = useKept<{ items: Roster[] }>(() => rosters(!all), "rosters", all);
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
                {decides && leave.stage === "asked" && <Decide onDecide={(grant) => void act(it.caregiver, { step: "decide_leave", leave: leave.id, grant }, "")} />}
              </p>
            ))}
            {it.swaps.map((swap) => (
              <p key={swap.id}>
                {words.swap(caregiverName(swap.to))} {said(swap.shift)} <Stage answer={swap.stage} />
                {decides && swap.stage === "agreed" && <Decide onDecide={(grant) => void act(it.caregiver, { step: "decide_swap", swap: swap.id, grant }, "")} />}
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

export function PlansRoom() {
  const words = t().kept;
  const { known, act } = useKept<{ items: Plan[] }>(plans, "plans");
  const clock = (minutes: number) => `${String(Math.floor(minutes / 60)).padStart(2, "0")}:${String(minutes % 60).padStart(2, "0")}`;
  return (
    <>
      {known?.items.length === 0 && <p class="muted">{t().money.nothing}</p>}
      <ul class="matters">
        {known?.items.map((it) => (
          <li key={it.id} data-plan={it.id}>
            <h3>
              {t().service[it.visit.service]} <span class="badge">{words.plans[it.stage]}</span> <span class="muted">{it.elder}</span>
            </h3>
            <p>
              {it.visit.weekdays.map((day) => words.weekdays[day]).join("、")} {clock(it.visit.starts)}–{clock(it.visit.starts + it.visit.within)}
            </p>
            <p class="muted">{it.made.map((made) => `${made.day} ${came(made)}`.trim()).join(" · ")}</p>
            <div class="row">
              {it.stage === "running" ? (
                <button type="button" class="button small" data-act="pause" onClick={() => void act(it.id, { step: "pause" }, "")}>
                  {words.choices.pause}
                </button>
              ) : (
                <button type="button" class="button small" data-act="resume" onClick={() => void act(it.id, { step: "resume" }, "")}>
                  {words.choices.resume}
                </button>
              )}
              <button type="button" class="button small" data-act="end" onClick={() => void act(it.id, { step: "end" }, "")}>
                {words.choices.end}
              </button>
            </div>
          </li>
        ))}
      </ul>
    </>
  );
}
