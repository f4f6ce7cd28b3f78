/** What the registry keeps, as it stands on the wire: organisations, facilities, rosters, care plans. */
import type { Actor, ServiceKind } from "../contract.ts";

export interface Noted {
  on: string;
  by: Actor;
  step: string;
  note?: string;
}

export interface Term {
  from: string;
  until: string;
}

export type Contract =
  | { is: "unregistered" | "registered" }
  | { is: "proposed"; term: Term; running?: Term }
  | { is: "signed"; term: Term; checked_on: string }
  | { is: "ended"; term: Term; on: string };

export interface Organisation {
  id: string;
  revision: number;
  name: string;
  contract: Contract;
  designated?: { since: string; checked_on: string };
  stars?: { year: number; stars: number; matter: string };
  stopped?: { matter: string; since: string };
  due?: string;
  record: Noted[];
}

export interface Building {
  kind: string;
  name: string;
  by_community: boolean;
  square_metres: number;
  beds: number;
  households?: number;
  in_institution: boolean;
}

export type FacilityStage = "applied" | "reviewed" | "building" | "inspected" | "accepted" | "opened" | "filed" | "checked" | "published" | "refused" | "closed";

export interface Facility {
  id: string;
  revision: number;
  building: Building;
  operator?: string;
  stage: { is: FacilityStage };
  opened_on?: string;
  grade?: { grade: number; since: string; until: string; reviewed_on: string; upgraded: boolean };
  proposed?: number;
  not_before?: string;
  rebuilding: boolean;
  due?: string;
  record: Noted[];
}

export interface Span {
  earliest: string;
  latest: string;
}

export type Answer = "asked" | "agreed" | "granted" | "refused" | "withdrawn";
export type LeaveKind = "annual" | "sick" | "personal" | "training";

export interface Roster {
  caregiver: string;
  organisation: string;
  revision: number;
  shifts: Span[];
  leaves: { id: string; span: Span; kind: LeaveKind; stage: Answer }[];
  swaps: { id: string; shift: Span; to: string; stage: Answer }[];
  taken: { swap: string; from: string; shift: Span }[];
  open: boolean;
  record: Noted[];
}

export const WEEKDAYS = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"] as const;
export type Weekday = (typeof WEEKDAYS)[number];

export interface Plan {
  id: string;
  elder: string;
  revision: number;
  visit: { service: ServiceKind; weekdays: Weekday[]; starts: number; within: number; from: string; until?: string };
  stage: "running" | "paused" | "ended";
  made: ({ day: string; order: string } & Came)[];
}

/** What came of a day of a plan. */
export type Came =
  | { came: "asked" | "ordered" | "withdrawn" }
  | { came: "refused"; refused: string }
  | { came: "stays"; stays: string };

export interface Dated<T> {
  today: string;
  holidays_known?: boolean;
  items: T[];
}

/** A step: its name and what it takes. */
export type KeptStep = { step: string } & Record<string, unknown>;
