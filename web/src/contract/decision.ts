/** Why this person: what the planner considered, and on what grounds it chose. */
import type { Instant, Leg, Method, Shortage } from "../contract.ts";

export type TermKind =
  | "response"
  | "tardiness"
  | "detour"
  | "displacement"
  | "idle"
  | "workload"
  | "continuity"
  | "rating"
  | "staleness";
/** `value × weight` is a cost in thousandths of a second of response; negative is a wish fulfilled. */
export interface Term {
  kind: TermKind;
  value: number;
  weight: number;
}
export interface Ranked {
  team: string[];
  legs: Leg[];
  start: Instant;
  score: number;
  terms: Term[];
}
export type Exclusion =
  | "suspended"
  | "untrained"
  | "no_health_certificate"
  | "unqualified"
  | "unavailable"
  | "blocked"
  | "declined"
  | "timed_out"
  | "removed"
  | "off_duty"
  | "on_break"
  | "shift_ends"
  | "position_lost"
  | "outside_radius"
  | "holds_offer"
  | "committed"
  | "too_late"
  | "beyond_shortlist";
export interface Decision {
  id: string;
  order: string;
  at: Instant;
  method: Method;
  considered: number;
  ranked: Ranked[];
  chosen: string[];
  passed_over?: string;
  reason?: string;
  excluded: { reason: Exclusion; count: number; caregivers: string[] }[];
  shortage?: Shortage;
}
