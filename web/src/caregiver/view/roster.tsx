/** Shifts, leave and swaps under one thumb: what colleagues ask first, then one's own. */
import { useEffect, useState } from "preact/hooks";

import type { Answer, Span } from "../../kept/contract.ts";
import { givable, said, working } from "../../kept/standing.ts";
import { hhmm } from "../../text/format.ts";
import { t } from "../../text/index.ts";
import { tick } from "../../ui/clock.ts";
import { ownRoster, say } from "../roster.ts";
import { online, refusals } from "../state.ts";
import type { OwnRoster } from "../sync/roster-overlay.ts";
import { freshen, told } from "../sync/rosters.ts";
import { Pending } from "./pending.tsx";
import { Refusals } from "./refusals.tsx";
import { AskLeave, OfferSwap } from "./roster-forms.tsx";
import { Sheet } from "./sheet.tsx";

/** So often what the desk decided is asked for while this is open. */
const AGAIN_MS = 20_000;

export function RosterSheet({ onClose }: { onClose: () => void }) {
  const [form, setForm] = useState<"leave" | Span | null>(null);
  useEffect(() => {
    void freshen();
    const again = setInterval(() => void freshen(), AGAIN_MS);
    return () => clearInterval(again);
  }, []);
  const own = ownRoster.value;
  const words = t().roster;
  const back = () => setForm(null);
  if (own && form === "leave") return <AskLeave caregiver={own.roster.caregiver} onClose={back} />;
  if (own && form !== null && form !== "leave") return <OfferSwap caregiver={own.roster.caregiver} shift={form} onClose={back} />;
  return (
    <Sheet title={words.phone.title} onClose={onClose}>
      <Refusals entries={refusals.value.filter((entry) => entry.deed.kind === "roster")} />
      {!online.value && told.value && (
        <p class="banner quiet" role="status">
          {words.phone.kept(hhmm(told.value.at))}
        </p>
      )}
      {own ? <Known own={own} onLeave={() => setForm("leave")} onSwap={setForm} /> : <p class="muted">{words.phone.unknown}</p>}
    </Sheet>
  );
}

function Known({ own: { roster, asked }, onLeave, onSwap }: { own: OwnRoster; onLeave: () => void; onSwap: (shift: Span) => void }) {
  const words = t().roster;
  const shifts = working(roster, tick.value);
  const free = givable(roster, tick.value);
  return (
    <div class="filling roster">
      {asked.length > 0 && <h3>{words.phone.asked}</h3>}
      {asked.map((swap) => (
        <section key={swap.id} class="asked" data-asked={swap.id} data-stage={swap.stage}>
          <p>
            {words.phone.from(t().phone.mate(swap.from))} <strong>{said(swap.shift)}</strong> {swap.stage !== "asked" && <Standing answer={swap.stage} pending={swap.pending} />}
          </p>
          {swap.stage === "asked" && (
            <div class="options two">
              <button type="button" class="button primary huge" data-act="take-shift" onClick={() => void say(swap.from, { step: "answer_swap", swap: swap.id, agree: true })}>
                {words.phone.accept}
              </button>
              <button type="button" class="button huge" data-act="refuse-shift" onClick={() => void say(swap.from, { step: "answer_swap", swap: swap.id, agree: false })}>
                {words.phone.refuse}
              </button>
            </div>
          )}
        </section>
      ))}
      <h3>{words.phone.shifts}</h3>
      {shifts.length === 0 && <p class="muted">{words.phone.noShifts}</p>}
      {shifts.map((shift) => (
        <p key={shift.earliest} class="line" data-shift={shift.earliest}>
          <span class="grow">{said(shift)}</span>
          {free.includes(shift) && (
            <button type="button" class="button" data-act="swap" aria-label={`${words.offerSwap} ${said(shift)}`} onClick={() => onSwap(shift)}>
              {words.offerSwap}
            </button>
          )}
        </p>
      ))}
      {roster.swaps.length > 0 && <h3>{words.phone.swaps}</h3>}
      {roster.swaps.map((swap) => (
        <p key={swap.id} class="line" data-swap={swap.id} data-stage={swap.stage}>
          <span class="grow">
            {t().kept.swap(t().phone.mate(swap.to))} {said(swap.shift)}
          </span>
          <Standing answer={swap.stage} asked={words.swapAsked} pending={swap.pending} />
        </p>
      ))}
      <h3>{words.phone.leaves}</h3>
      {roster.leaves.length === 0 && <p class="muted">{words.phone.noLeaves}</p>}
      {roster.leaves.map((leave) => (
        <p key={leave.id} class="line" data-leave={leave.id} data-stage={leave.stage}>
          <span class="grow">
            {t().kept.leaves[leave.kind]} {said(leave.span)} <Standing answer={leave.stage} pending={leave.pending} />
          </span>
          {(leave.stage === "asked" || leave.stage === "granted") && Date.parse(leave.span.latest) > tick.value && (
            <button type="button" class="button" data-act="withdraw" onClick={() => void say(roster.caregiver, { step: "withdraw_leave", leave: leave.id })}>
              {words.withdraw}
            </button>
          )}
        </p>
      ))}
      <button type="button" class="button primary huge" data-act="ask-leave" onClick={onLeave}>
        {words.askLeave}
      </button>
    </div>
  );
}

const Standing = ({ answer, asked = t().kept.answers.asked, pending }: { answer: Answer; asked?: string; pending: true | undefined }) => (
  <>
    <span class={`badge ${answer === "granted" ? "accent" : answer === "refused" ? "danger" : ""}`}>{answer === "asked" ? asked : t().kept.answers[answer]}</span> {pending && <Pending />}
  </>
);
