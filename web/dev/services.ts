/** The standard visits, as `domain::service` has them. */
import type { Qualification, Requirement, ServiceKind } from "../src/contract.ts";

const STANDARD: Record<ServiceKind, [minutes: number, team: number, qualification: Qualification | null]> = {
  meal_help: [30, 1, null],
  medical_help: [60, 1, "elder_care"],
  cleaning: [60, 1, null],
  bathing: [60, 2, "elder_care"],
  walking: [45, 1, "elder_care"],
  urgent_help: [30, 1, "elder_care"],
  errands: [30, 1, null],
  personal_care: [45, 1, "elder_care"],
  nursing: [45, 1, "nurse"],
  rehabilitation: [45, 1, "rehabilitation"],
  comfort_visit: [30, 1, null],
  repair: [60, 1, "repair"],
  assessment: [60, 1, "assessor"],
};

export const SERVICES = (Object.keys(STANDARD) as ServiceKind[]).map((kind) => ({
  kind,
  minutes: STANDARD[kind][0],
  team_size: STANDARD[kind][1],
}));

export function requirement(kind: ServiceKind, family: boolean, minutes?: number): Requirement {
  const [standard, team, qualification] = STANDARD[kind];
  return {
    duration: (minutes ?? standard) * 60,
    team_size: kind === "bathing" && family ? 1 : team,
    qualifications: qualification ? [qualification] : [],
  };
}
