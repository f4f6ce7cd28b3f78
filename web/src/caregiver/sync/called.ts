/** An alarm as this phone will see it once its waiting deeds have arrived. Pure. */
import type { Incident } from "../../contract.ts";
import { responders } from "../../store/incident.ts";
import type { Entry } from "./outbox.ts";

/** Asked and not answered; on the way; at the place. */
export type CallStep = "asked" | "going" | "there";
export interface Called {
  incident: Incident;
  step: CallStep;
  /** Something of it has not been heard by the centre yet. */
  pending: boolean;
}

/** The alarm as it will be once the phone's waiting deeds have arrived; `null` when it does not concern this caregiver. */
export function called(incident: Incident, entries: readonly Entry[], own: string): Called | null {
  if (incident.stage === "closed" || (incident.subject.whom === "caregiver" && incident.subject.id === own)) return null;
  const going = responders(incident).find((r) => r.caregiver === own);
  const asked = (incident.calls ?? []).some((c) => c.callee === "caregiver" && c.caregiver === own && c.answer === "waiting");
  let step: CallStep | null = going ? (going.arrived ? "there" : "going") : asked ? "asked" : null;
  let pending = false;
  for (const { deed, refused } of entries) {
    if (refused || deed.kind !== "incident" || deed.incident !== incident.id || step === null) continue;
    if ((incident.timeline ?? []).some((e) => e.command === deed.body.id)) continue;
    pending = true;
    step = { accept: "going" as const, arrive: "there" as const, decline: null, resolve: null }[deed.body.action as string] ?? null;
  }
  return step === null ? null : { incident, step, pending };
}
