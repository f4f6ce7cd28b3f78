/** Steps about rosters, as the registry takes them: who is free, whose answer it is, what a grant moves. */
import type { Me } from "../src/contract.ts";
import type { Answer, KeptStep, Leave, Roster, Span, Swap } from "../src/kept/contract.ts";
import { overlap } from "../src/kept/pattern.ts";
import { Refusal } from "./apply.ts";

const noSuch = (what: string) => new Refusal(404, "no_such", `the roster has no such ${what}`);
const same = (a: Span, b: Span) => a.earliest === b.earliest && a.latest === b.latest;

export function takeRoster(rosterOf: (id: string) => Roster, id: string, me: Me, step: KeptStep): Roster {
  const it = rosterOf(id);
  const own = me.role !== "caregiver" || me.caregiver === id;
  const decides = me.role === "supervisor" || me.role === "organisation";
  const may = step.step === "answer_swap" || (/^(set|decide)_/.test(step.step) ? decides : own);
  if (!may) throw new Refusal(403, "not_allowed", `the role ${me.role} may not take the step ${step.step}`);
  const leave = () => it.leaves.find((there) => there.id === step["leave"]) ?? fail(noSuch("leave"));
  const swap = () => it.swaps.find((there) => there.id === step["swap"]) ?? fail(noSuch("swap"));
  switch (step.step) {
    case "set_shifts":
      it.shifts = step["shifts"] as Span[];
      it.breaks = step["breaks"] as Span[];
      break;
    case "ask_leave":
      it.leaves = [...it.leaves, { id: step["leave"], span: step["span"], kind: step["kind"], stage: "asked" } as Leave];
      break;
    case "decide_leave":
      answered(leave(), "asked", step["grant"] === true, "granted");
      break;
    case "withdraw_leave":
      leave().stage = "withdrawn";
      break;
    case "offer_swap": {
      const offered = { id: step["swap"], shift: step["shift"], to: step["to"], stage: "asked" } as Swap;
      if (![...it.shifts, ...it.taken.map((t) => t.shift)].some((shift) => same(shift, offered.shift))) throw noSuch("shift");
      fits(it, rosterOf(offered.to), offered.shift);
      it.swaps = [...it.swaps, offered];
      break;
    }
    case "answer_swap":
      if (me.caregiver && swap().to !== me.caregiver) throw new Refusal(403, "not_allowed", "it is not yours to answer");
      answered(swap(), "asked", step["agree"] === true, "agreed");
      break;
    case "decide_swap": {
      const moving = swap();
      const other = rosterOf(moving.to);
      if (step["grant"] === true) fits(it, other, moving.shift);
      answered(moving, "agreed", step["grant"] === true, "granted");
      if (step["grant"] === true) other.taken = [...other.taken, { swap: moving.id, from: id, shift: moving.shift }];
    }
  }
  it.open = [...it.leaves, ...it.swaps].some(({ stage }) => stage === "asked" || stage === "agreed");
  return it;
}

function answered(question: { stage: Answer }, from: Answer, yes: boolean, then: Answer): void {
  if (question.stage !== from) throw new Refusal(409, "wrong_step", `it is ${question.stage}`);
  question.stage = yes ? then : "refused";
}

function fits(it: Roster, other: Roster, shift: Span): void {
  if (it.organisation !== other.organisation || it.caregiver === other.caregiver) throw new Refusal(422, "other_employer", "shifts change hands within one organisation only");
  const away = other.leaves.filter((leave) => leave.stage === "granted").map((leave) => leave.span);
  if ([...other.shifts, ...other.taken.map((t) => t.shift), ...away].some((then) => overlap(then, shift))) throw new Refusal(409, "busy", "the other caregiver is away or on a shift of their own then");
}

function fail(refusal: Refusal): never {
  throw refusal;
}
