/** Care plans with the orders they made: begun, changed, paused, taken up again, ended, a day left out. */
import { useState } from "preact/hooks";

import { toLocal } from "../desk/dialogs/local-time.ts";
import { t } from "../text/index.ts";
import { districtNow } from "../ui/clock.ts";
import { plans } from "./api.ts";
import type { KeptStep, Made, Plan } from "./contract.ts";
import { Past, useKept } from "./entry.tsx";
import { PlanForm } from "./plan-form.tsx";
import { clockOf } from "./visit.ts";

/** What is to be said of a day beyond that it has its order. */
function came(made: Made): string {
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

export function PlansRoom() {
  const words = t();
  const [beginning, setBeginning] = useState(false);
  const { known, step, again } = useKept<{ items: Plan[] }>(plans, "plans");
  const begun = () => {
    setBeginning(false);
    again();
  };
  return (
    <>
      <button type="button" class="button" data-act="new-plan" aria-expanded={beginning} onClick={() => setBeginning(!beginning)}>
        {words.roster.newPlan}
      </button>
      {beginning && <PlanForm onDone={begun} />}
      {known?.items.length === 0 && <p class="muted">{words.money.nothing}</p>}
      <ul class="matters">
        {known?.items.map((it) => (
          <One key={it.id} plan={it} onStep={(taken) => step(it.id, taken, "")} onChanged={again} />
        ))}
      </ul>
    </>
  );
}

type Asking = "change" | "skip" | "end";

interface OneProps {
  plan: Plan;
  onStep: (step: KeptStep) => Promise<boolean>;
  onChanged: () => void;
}

function One({ plan, onStep, onChanged }: OneProps) {
  const words = t();
  const [asking, setAsking] = useState<Asking | null>(null);
  const { visit } = plan;
  const step = async (taken: KeptStep) => {
    if (await onStep(taken)) setAsking(null);
  };
  const changed = () => {
    setAsking(null);
    onChanged();
  };
  const ask = (what: Asking, label: string) => (
    <button type="button" class="button small" data-act={what} aria-expanded={asking === what} onClick={() => setAsking(asking === what ? null : what)}>
      {label}
    </button>
  );
  return (
    <li data-plan={plan.id} data-stage={plan.stage}>
      <h3>
        {words.service[visit.service]} <span class="badge">{words.kept.plans[plan.stage]}</span> <span class="muted">{plan.elder}</span>
      </h3>
      <p>
        {visit.weekdays.map((day) => words.kept.weekdays[day]).join("、")} {clockOf(visit.starts)}–{clockOf(visit.starts + visit.within)} <span class="muted">{[visit.from, visit.until ?? ""].join(" – ")}</span>
      </p>
      <p class="muted">{plan.made.map((made) => `${made.day} ${came(made)}`.trim()).join(" · ")}</p>
      {plan.skipped.length > 0 && (
        <p class="muted">
          {words.roster.skip} {plan.skipped.join(" · ")}
        </p>
      )}
      <Past record={plan.record} />
      {plan.stage !== "ended" && (
        <div class="row">
          <button type="button" class="button small" data-act={plan.stage === "running" ? "pause" : "resume"} onClick={() => void step({ step: plan.stage === "running" ? "pause" : "resume" })}>
            {words.kept.choices[plan.stage === "running" ? "pause" : "resume"]}
          </button>
          {ask("change", words.roster.changePlan)}
          {ask("skip", words.roster.skip)}
          {ask("end", words.kept.choices["end"] ?? "")}
        </div>
      )}
      {asking === "change" && <PlanForm plan={plan} onDone={changed} />}
      {asking === "skip" && <Skip onSkip={(day) => void step({ step: "skip", day })} />}
      {asking === "end" && (
        <p class="row" role="alert">
          {words.roster.endSure}{" "}
          <button type="button" class="button small danger" data-act="end-sure" onClick={() => void step({ step: "end" })}>
            {words.kept.choices["end"]}
          </button>
        </p>
      )}
    </li>
  );
}

function Skip({ onSkip }: { onSkip: (day: string) => void }) {
  const words = t();
  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    onSkip(String(new FormData(event.currentTarget as HTMLFormElement).get("day")));
  };
  return (
    <form class="row" onSubmit={submit}>
      <label class="field">
        <span>{words.roster.skipDay}</span>
        <input class="input" name="day" type="date" required min={toLocal(districtNow()).slice(0, 10)} />
      </label>
      <button class="button small">{words.act.send}</button>
    </form>
  );
}
