/** Rosters as they will be once this phone's waiting deeds have arrived. Pure; the centre has the last word. */
import type { Leave, OwnStep, Roster, Swap } from "../../kept/contract.ts";
import type { Entry } from "./outbox.ts";

export type Pending<T> = T & {
  /** The centre has not heard of it. */
  pending?: true;
};

export interface OwnRoster {
  roster: Omit<Roster, "leaves" | "swaps"> & { leaves: Pending<Leave>[]; swaps: Pending<Swap>[] };
  /** Shifts that others want this caregiver to take. */
  asked: Pending<Swap & { from: string }>[];
}

type Said = { caregiver: string; step: OwnStep };

/** One's own roster and what is asked of one, with what was tapped laid over. */
export function overlayRoster(own: Roster, all: readonly Roster[], entries: readonly Entry[]): OwnRoster {
  const others = all.filter((it) => it.caregiver !== own.caregiver);
  const asked = others.flatMap((it) => it.swaps.filter((swap) => swap.to === own.caregiver && (swap.stage === "asked" || swap.stage === "agreed")).map((swap) => ({ ...swap, from: it.caregiver })));
  const said = entries.flatMap(({ deed, refused }): Said[] => (deed.kind === "roster" && !refused ? [{ caregiver: deed.caregiver, step: deed.body }] : []));
  return said.reduce(after, { roster: own, asked });
}

function after(shown: OwnRoster, { step }: Said): OwnRoster {
  const { roster, asked } = shown;
  switch (step.step) {
    case "ask_leave":
      if (roster.leaves.some((it) => it.id === step.leave)) return shown;
      return { asked, roster: { ...roster, leaves: [...roster.leaves, { id: step.leave, span: step.span, kind: step.kind, stage: "asked", pending: true }] } };
    case "withdraw_leave":
      return { asked, roster: { ...roster, leaves: roster.leaves.map((it) => (it.id === step.leave ? { ...it, stage: "withdrawn", pending: true } : it)) } };
    case "offer_swap":
      if (roster.swaps.some((it) => it.id === step.swap)) return shown;
      return { asked, roster: { ...roster, swaps: [...roster.swaps, { id: step.swap, shift: step.shift, to: step.to, stage: "asked", pending: true }] } };
    case "answer_swap":
      return { roster, asked: asked.map((it) => (it.id === step.swap && it.stage === "asked" ? { ...it, stage: step.agree ? "agreed" : "refused", pending: true } : it)) };
  }
}

/** After a refusal: what the step wanted is already so. */
export function isRosterSettled({ caregiver, step }: Said, all: readonly Roster[]): boolean {
  const roster = all.find((it) => it.caregiver === caregiver);
  if (!roster) return false;
  switch (step.step) {
    case "ask_leave":
      return roster.leaves.some((it) => it.id === step.leave);
    case "withdraw_leave":
      return roster.leaves.some((it) => it.id === step.leave && (it.stage === "withdrawn" || it.stage === "refused"));
    case "offer_swap":
      return roster.swaps.some((it) => it.id === step.swap);
    case "answer_swap":
      return roster.swaps.some((it) => it.id === step.swap && it.stage === "agreed" && step.agree);
  }
}
