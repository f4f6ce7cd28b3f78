/** What every form about a roster is given, and how it sends its step. */
import { useSending } from "../app/sending.ts";
import { t } from "../text/index.ts";
import { take } from "./api.ts";
import type { KeptStep, Roster } from "./contract.ts";

export interface FormProps {
  roster: Roster;
  onDone: () => void;
}

/** Sends a step about somebody's roster, with what may be wrong at its field. */
export function useRosterStep(caregiver: string, places: Readonly<Record<string, string>>) {
  const sending = useSending(places, t().roster.problems);
  const step = (taken: KeptStep, note = "") => sending.send({ caregiver, taken, note }, (command) => take("rosters", caregiver, taken, note, command));
  return { ...sending, step };
}
