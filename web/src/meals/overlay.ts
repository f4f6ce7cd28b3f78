/** The rounds as the phone shows them: the centre's, and over them what was tapped and not yet heard. Pure. */
import type { Entry } from "../caregiver/sync/outbox.ts";
import type { Round, Stop } from "./contract.ts";

const isOpen = (round: Round) => round.stage === "planned" || round.stage === "departed";

/** Open rounds, the one under way first. */
export function overlayRounds(rounds: readonly Round[], waiting: readonly Entry[]): Round[] {
  const said = waiting.filter((entry) => !entry.refused);
  const handed = new Map(said.flatMap(({ deed }) => (deed.kind === "meal" ? [[deed.meal, deed.body.occurred_at] as const] : [])));
  const left = said.flatMap(({ deed }) => (deed.kind === "round" && deed.body.request === "depart" ? [deed.body.round] : []));
  const shown = rounds.filter(isOpen).map((round) => {
    let loads = left.filter((id) => id === round.id).length;
    const stops = round.stops.map((stop): Stop => {
      if (stop.done_at) return stop;
      if (stop.at !== "door") return loads-- > 0 ? { ...stop, done_at: stop.eta } : stop;
      const at = stop.meals.map((meal) => handed.get(meal));
      return at.length > 0 && at.every((t) => t !== undefined) ? { ...stop, done_at: at[0] as string } : stop;
    });
    return { ...round, stops, stage: left.includes(round.id) ? ("departed" as const) : round.stage };
  });
  return shown.sort((a, b) => Number(b.stage === "departed") - Number(a.stage === "departed") || a.trip - b.trip);
}
