/** Orders and people for unit tests. */
import type { CaregiverProfile, Kpi, Member, Order, OrderFacts, Presence, Seat, Snapshot, Stage } from "../contract.ts";

export const NOON = Date.parse("2026-11-23T04:00:00Z");
export const at = (minutes: number): string => new Date(NOON + minutes * 60_000).toISOString();

export function facts(id: string, change: Partial<OrderFacts> = {}): OrderFacts {
  return {
    id,
    district: "d",
    elder: "e-1",
    place: { lon: 98.28, lat: 39.77 },
    street: "s",
    community: "s-1",
    arrival_radius: 150,
    service: "personal_care",
    requirement: { duration: 2700, team_size: 1, qualifications: [] },
    family_present: false,
    window: { earliest: at(0), latest: at(60) },
    priority: "ordinary",
    created_at: at(0),
    created_by: { role: "front_desk" },
    revision: 1,
    tries: 0,
    dispatch_overdue: false,
    acceptance_overdue: false,
    timeline: [],
    ...change,
  };
}

export const decision = { id: "d-1", method: "insert" as const };
export const seat = (caregiver: string, change: Partial<Seat> = {}): Seat => ({ offer: `f-${caregiver}`, caregiver, offered_at: at(0), expires_at: at(1), start: at(10), ...change });
export const teamMember = (caregiver: string, change: Partial<Member> = {}): Member => ({ caregiver, offer: `f-${caregiver}`, accepted_at: at(1), ...change });

export const order = (id: string, stage: Stage, change: Partial<OrderFacts> = {}): Order => ({ ...facts(id, change), ...stage });
export const waiting = (id: string, change: Partial<OrderFacts> = {}): Order => order(id, { stage: "waiting", since: at(0), retry_at: at(0), shortage: "all_busy" }, change);
export const offered = (id: string, ...to: string[]): Order => order(id, { stage: "offered", since: at(0), seats: to.map((c) => seat(c)), decision });
export const accepted = (id: string, ...team: string[]): Order => order(id, { stage: "accepted", start: at(10), team: team.map((c) => teamMember(c)), decision });
export const cancelled = (id: string, minutes: number): Order => order(id, { stage: "cancelled", at: at(minutes), reason: "mistake" });

export const presence = (caregiver: string, change: Partial<Presence> = {}): Presence => ({ caregiver, duty: "on", duty_since: at(-60), signal: "fresh", signal_since: at(-1), ...change });
export const caregiver = (id: string): CaregiverProfile => ({
  id,
  organisation: "org",
  street: "s",
  mode: "e_bike",
  certificates: [],
  health_certificate: null,
  trained: true,
  shifts: [],
  breaks: [],
  max_radius: 8000,
  rating: null,
  suspended: false,
});

export const KPI: Kpi = {
  waiting: 0,
  offered: 0,
  underway: 0,
  done: 0,
  at_desk: 0,
  offer_p50_ms: null,
  offer_p95_ms: null,
  accept_p50_ms: null,
  accept_p95_ms: null,
  on_time: null,
  on_shift: 0,
  stale: 0,
  stars: null,
};
export const snapshot = (sequence: number, orders: Order[] = []): Snapshot => ({ sequence, at: at(0), orders, caregivers: [], presences: [], positions: [], kpi: KPI, services: [], dead_letters: [] });
