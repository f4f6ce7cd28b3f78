/** Care plans with the orders they made. */
import { t } from "../text/index.ts";
import { plans } from "./api.ts";
import type { Plan } from "./contract.ts";
import { useKept } from "./entry.tsx";

export function PlansRoom() {
  const words = t().kept;
  const { known, step } = useKept<{ items: Plan[] }>(plans, "plans");
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
            <p class="muted">{it.made.map((made) => `${made.day}${made.refused ? ` ${words.notMade(made.refused)}` : ""}`).join(" · ")}</p>
            <div class="row">
              {it.stage === "running" ? (
                <button type="button" class="button small" data-act="pause" onClick={() => void step(it.id, { step: "pause" }, "")}>
                  {words.choices.pause}
                </button>
              ) : (
                <button type="button" class="button small" data-act="resume" onClick={() => void step(it.id, { step: "resume" }, "")}>
                  {words.choices.resume}
                </button>
              )}
              <button type="button" class="button small" data-act="end" onClick={() => void step(it.id, { step: "end" }, "")}>
                {words.choices.end}
              </button>
            </div>
          </li>
        ))}
      </ul>
    </>
  );
}
