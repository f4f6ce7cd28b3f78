/** What the registry keeps, as it stands on the wire: organisations, facilities, rosters, care plans. */
import type { ServiceKind } from "../contract.ts";
import type { PayWith } from "../money/contract.ts";
import type { Noted } from "../ui/record.tsx";

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

export const LEAVE_KINDS: readonly LeaveKind[] = ["annual", "sick", "personal", "training"];

export interface Leave {
  id: string;
  span: Span;
  kind: LeaveKind;
  stage: Answer;
}

export interface Swap {
  id: string;
  shift: Span;
  to: string;
  stage: Answer;
}

export interface Roster {
  caregiver: string;
  organisation: string;
  revision: number;
  shifts: Span[];
  breaks: Span[];
  leaves: Leave[];
  swaps: Swap[];
  taken: { swap: string; from: string; shift: Span }[];
  open: boolean;
  record: Noted[];
}

export const WEEKDAYS = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"] as const;
export type Weekday = (typeof WEEKDAYS)[number];

/** A visit that comes again: on these weekdays, from so many minutes after midnight, so many later at most. */
export interface PlanVisit {
  service: ServiceKind;
  weekdays: Weekday[];
  starts: number;
  within: number;
  minutes?: number;
  family_present: boolean;
  pay_with: PayWith;
  self_pay_up_to: number;
  from: string;
  until?: string;
}

export interface Plan {
  id: string;
  elder: string;
  revision: number;
  visit: PlanVisit;
  stage: "running" | "paused" | "ended";
  skipped: string[];
  record: Noted[];
  made: Made[];
}

/** A day of a plan, its order, and what came of it. */
export type Made = { day: string; order: string } & Came;

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

/** What a caregiver says about rosters: their own, or one that asks them to take a shift. */
export type OwnStep =
  | { step: "ask_leave"; leave: string; span: Span; kind: LeaveKind }
  | { step: "withdraw_leave"; leave: string }
  | { step: "offer_swap"; swap: string; shift: Span; to: string }
  | { step: "answer_swap"; swap: string; agree: boolean };
