/** Rosters: leave and swaps that wait for an answer, and what the desk enters about anybody's. */
import { useState } from "preact/hooks";

import { useKnown } from "../app/known.ts";
import type { Role } from "../contract.ts";
import { caregiverName } from "../desk/names.ts";
import { world } from "../desk/state.ts";
import { t } from "../text/index.ts";
import { rosterOf, rosters } from "./api.ts";
import type { Answer, KeptStep, Leave, Roster, Swap } from "./contract.ts";
import { Past, useKept } from "./entry.tsx";
import { RosterForms } from "./roster-forms.tsx";
import { blank, said } from "./standing.ts";

export function RostersRoom({ role }: { role: Role }) {
  const words = t().kept;
  const [all, setAll] = useState(false);
  const [who, setWho] = useState("");
  const { known, step, again } = useKept<{ items: Roster[] }>(() => rosters(!all), "rosters", String(all));
  const staff = [...world.value.caregivers.values()];
  return (
    <>
      <div class="row">
        <label class="field grow">
          <span>{t().roster.who}</span>
          <select class="input" name="who" value={who} onChange={(e) => setWho(e.currentTarget.value)}>
            <option value="">{t().roster.pickWho}</option>
            {staff.map(({ id }) => (
              <option key={id} value={id}>
                {caregiverName(id)} {id}
              </option>
            ))}
          </select>
        </label>
        <label class="row">
          <input type="checkbox" checked={all} onChange={(e) => setAll(e.currentTarget.checked)} /> {words.allRosters}
        </label>
      </div>
      {who !== "" && <Chosen key={`${who} ${known?.items.find((it) => it.caregiver === who)?.revision}`} who={who} role={role} onDone={again} />}
      {known?.items.length === 0 && <p class="muted">{t().money.nothing}</p>}
      <ul class="matters">
        {known?.items.map((it) => (
          <li key={it.caregiver} data-roster={it.caregiver}>
            <h3>
              {caregiverName(it.caregiver)} <span class="muted">{it.organisation}</span>{" "}
              <button type="button" class="button small quiet" data-act="choose" onClick={() => setWho(it.caregiver)}>
                {t().roster.shifts}
              </button>
            </h3>
            {it.leaves.map((leave) => (
              <LeaveLine key={leave.id} leave={leave} role={role} onStep={(taken) => void step(it.caregiver, taken, "")} />
            ))}
            {it.swaps.map((swap) => (
              <SwapLine key={swap.id} swap={swap} role={role} onStep={(taken) => void step(it.caregiver, taken, "")} />
            ))}
            <Past record={it.record} />
          </li>
        ))}
      </ul>
    </>
  );
}

/** The forms about one caregiver, over the roster as the registry has it, whether or not anything waits in it. */
function Chosen({ who, role, onDone }: { who: string; role: Role; onDone: () => void }) {
  const { known, again } = useKnown(() => rosterOf(who));
  const profile = world.value.caregivers.get(who);
  const roster = known && (known.items[0] ?? (profile && blank(profile)));
  const done = () => {
    again();
    onDone();
  };
  return roster ? <RosterForms key={roster.revision} roster={roster} role={role} onDone={done} /> : null;
}

interface LineProps {
  role: Role;
  onStep: (step: KeptStep) => void;
}

const decides = (role: Role) => role === "supervisor" || role === "organisation";

function LeaveLine({ leave, role, onStep }: LineProps & { leave: Leave }) {
  return (
    <p data-leave={leave.id} data-stage={leave.stage}>
      {t().kept.leaves[leave.kind]} {said(leave.span)} <Stage answer={leave.stage} />
      {decides(role) && leave.stage === "asked" && <YesNo onAnswer={(grant) => onStep({ step: "decide_leave", leave: leave.id, grant })} />}
      {(leave.stage === "asked" || leave.stage === "granted") && (
        <Act name="withdraw" label={t().roster.withdraw} onClick={() => onStep({ step: "withdraw_leave", leave: leave.id })} />
      )}
    </p>
  );
}

function SwapLine({ swap, role, onStep }: LineProps & { swap: Swap }) {
  const words = t().roster;
  const answer = (agree: boolean) => onStep({ step: "answer_swap", swap: swap.id, agree });
  return (
    <p data-swap={swap.id} data-stage={swap.stage}>
      {t().kept.swap(caregiverName(swap.to))} {said(swap.shift)} <Stage answer={swap.stage} asked={words.swapAsked} />
      {swap.stage === "asked" && (
        <>
          <Act name="agree" label={words.agree} onClick={() => answer(true)} />
          <Act name="disagree" label={words.disagree} onClick={() => answer(false)} />
        </>
      )}
      {decides(role) && swap.stage === "agreed" && <YesNo onAnswer={(grant) => onStep({ step: "decide_swap", swap: swap.id, grant })} />}
    </p>
  );
}

const Stage = ({ answer, asked = t().kept.answers.asked }: { answer: Answer; asked?: string }) => <span class={`badge ${answer === "granted" ? "accent" : answer === "refused" ? "danger" : ""}`}>{answer === "asked" ? asked : t().kept.answers[answer]}</span>;

const Act = ({ name, label, onClick }: { name: string; label: string; onClick: () => void }) => (
  <>
    {" "}
    <button type="button" class="button small" data-act={name} onClick={onClick}>
      {label}
    </button>
  </>
);

const YesNo = ({ onAnswer }: { onAnswer: (yes: boolean) => void }) => (
  <>
    <Act name="grant" label={t().drawer.approve} onClick={() => onAnswer(true)} />
    <Act name="refuse" label={t().drawer.refuse} onClick={() => onAnswer(false)} />
  </>
);
