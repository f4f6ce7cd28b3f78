/**
 * The shapes on the wire between the browser and `command-center`, as the Rust crates `domain` and `schemas`
 * serialise them. Instants are RFC 3339 in UTC; lengths are whole metres, spans whole seconds, unless a name says
 * otherwise; coordinates are WGS-84 degrees.
 */

import type { Exclusion } from "./contract/decision.ts";
import type { Incident } from "./contract/emergency.ts";
import type { Funding, PayWith } from "./money/contract.ts";

export type * from "./contract/decision.ts";
export type * from "./contract/emergency.ts";

export type Instant = string;
export type Metres = number;
export type Seconds = number;

export interface Place {
  lon: number;
  lat: number;
}
export interface Window {
  earliest: Instant;
  latest: Instant;
}

// ---- people who sign in ---------------------------------------------------------------------------------------

export type Role =
  | "operator"
  | "supervisor"
  | "auditor"
  | "bureau"
  | "organisation"
  | "front_desk"
  | "kitchen"
  | "caregiver"
  | "courier"
  | "elder"
  | "device"
  | "system";

export interface Me {
  user: string;
  role: Role;
  district: string;
  scope: { street: string | null; community: string | null };
  caregiver: string | null;
  elder: string | null;
  organisation?: string | null;
  display_name: string;
}
/** How far an account sees; both `null` is the whole district. */
export interface Scope {
  street: string | null;
  community: string | null;
}
/** An account as its supervisor sees it. */
export interface Account {
  user: string;
  role: Role;
  scope: Scope;
  caregiver: string | null;
  elder: string | null;
  organisation: string | null;
  display_name: string;
  disabled: boolean;
}
export interface AccountListed extends Account {
  password_set: boolean;
  locked_until: Instant | null;
}
export interface OneTimeCode {
  code: string;
  expires_at: Instant;
}
export interface AuditEntry {
  id: number;
  at: Instant;
  user: string | null;
  role: Role | null;
  action: string;
  subject: string | null;
  detail: unknown;
}
export interface Session {
  token: string;
  expires_at: Instant;
  refresh: string;
  refresh_expires_at: Instant;
  me: Me;
}
export interface Actor {
  role: Role;
  user?: string;
}

// ---- the district ---------------------------------------------------------------------------------------------

export type Bounds = [west: number, south: number, east: number, north: number];

export interface District {
  id: string;
  name: string;
  name_en: string;
  bounds: Bounds;
  /** The district's own clock; a simulated district runs `speed` times faster than the world. */
  clock: { now: Instant; speed: number };
  streets: { id: string; name: string }[];
  services: { kind: ServiceKind; minutes: number; team_size: number }[];
  /** Money and matters can be asked for. */
  accounts: boolean;
  demo: boolean;
  attribution: string | null;
}
export interface BaseMap {
  bounds: Bounds;
  /** Road classes, e.g. `primary`; a way names its class by index. */
  classes: string[];
  ways: { c: number; n?: string; p: number[] }[];
  /** Rivers and canals: longitude and latitude by turns. */
  water?: number[][];
  attribution: string | null;
}

// ---- services and priorities ----------------------------------------------------------------------------------

export type ServiceKind =
  | "meal_help"
  | "medical_help"
  | "cleaning"
  | "bathing"
  | "walking"
  | "urgent_help"
  | "errands"
  | "personal_care"
  | "nursing"
  | "rehabilitation"
  | "comfort_visit"
  | "repair"
  | "assessment";
export type Qualification =
  | "elder_care"
  | "nurse"
  | "rehabilitation"
  | "social_work"
  | "psychology"
  | "assessor"
  | "repair";
export type Priority = "emergency" | "urgent" | "guaranteed" | "ordinary";
export type Urgency = "normal" | "urgent" | "emergency";
export type PriorityClass =
  | "alone"
  | "disabled"
  | "severely_handicapped"
  | "advanced_age"
  | "special_family_planning"
  | "key_special_care";
export type Ability = "intact" | "mild" | "moderate" | "severe" | "complete";

export interface Requirement {
  duration: Seconds;
  team_size: number;
  qualifications: Qualification[];
}

// ---- profiles, presence, positions ----------------------------------------------------------------------------

export interface ElderProfile {
  id: string;
  place: Place;
  street: string;
  community: string;
  ability: Ability;
  priority_classes: PriorityClass[];
  blocked: string[];
  preferred: string[];
  arrival_radius: Metres;
  closed: boolean;
}
export interface CaregiverProfile {
  id: string;
  organisation: string;
  street: string;
  mode: "walk" | "e_bike" | "car";
  certificates: { qualification: Qualification; valid: Window }[];
  health_certificate: Window | null;
  trained: boolean;
  shifts: Window[];
  breaks: Window[];
  max_radius: Metres;
  /** Hundredths of a star. */
  rating: number | null;
  suspended: boolean;
}
export type Duty = "off" | "on" | "break";
export type Signal = "none" | "fresh" | "stale" | "lost";
export type FixRejection =
  | "missing_datum"
  | "outside_the_world"
  | "outside_the_district"
  | "future_clock"
  | "too_old"
  | "duplicate"
  | "out_of_order"
  | "teleport"
  | "inaccurate"
  | "off_duty"
  | "unknown_caregiver"
  | "malformed";
export interface Presence {
  caregiver: string;
  duty: Duty;
  duty_since: Instant;
  signal: Signal;
  signal_since: Instant;
  /** Why fixes are not taken just now, where their sender can do something about it. */
  rejected?: { code: FixRejection; at: Instant };
  applied?: string[];
}
export interface Position {
  caregiver: string;
  at: Instant;
  place: Place;
  accuracy?: number;
  battery?: number;
}
export interface Fix {
  at: Instant;
  lon: number;
  lat: number;
  datum: "wgs84" | "gcj02";
  accuracy?: number;
  battery?: number;
}
export interface PositionReport {
  fixes: Fix[];
}
export interface ElderListed {
  profile: ElderProfile;
  name: string | null;
}
export interface CaregiverListed {
  profile: CaregiverProfile;
  name: string | null;
  presence?: Presence;
  position?: Position;
}
export interface Near {
  caregiver: string;
  place: Place;
  at: Instant;
  distance: Metres;
  leg?: Leg;
}

// ---- orders ---------------------------------------------------------------------------------------------------

export type TravelSource = "network" | "great_circle";
export interface Leg {
  seconds: Seconds;
  metres: Metres;
  source: TravelSource;
}
export type Method = "insert" | "match" | "by_hand";
export interface DecisionRef {
  id: string;
  method: Method;
}
export interface Seat {
  offer: string;
  caregiver: string;
  offered_at: Instant;
  expires_at: Instant;
  start: Instant;
  leg?: Leg;
  accepted_at?: Instant;
}
export interface Member {
  caregiver: string;
  offer: string;
  accepted_at: Instant;
  leg?: Leg;
  departed_at?: Instant;
  arrived_at?: Instant;
  exception?: ArrivalException;
}
export interface Visit {
  start: Instant;
  team: Member[];
  decision: DecisionRef;
}
export interface InService extends Visit {
  started_at: Instant;
  identified: Verification;
}
export interface Done extends InService {
  finished_at: Instant;
}
export type Shortage =
  | "nobody_qualified"
  | "nobody_on_shift"
  | "outside_radius"
  | "all_busy"
  | "all_declined"
  | "team_incomplete";
export type HandBack =
  | "tries_exhausted"
  | "window_missed"
  | "operator"
  | "problem"
  | "shortage"
  | "too_large"
  | "caregiver_gone"
  | "called_away"
  | "elder_closed"
  | "unfunded";
export type Limit = "dispatch" | "acceptance" | "departure" | "arrival" | "start" | "overrun";

export type Stage =
  | { stage: "waiting"; since: Instant; seats?: Seat[]; shortage?: Shortage; retry_at: Instant }
  | { stage: "offered"; since: Instant; seats: Seat[]; decision: DecisionRef }
  | ({ stage: "accepted" } & Visit)
  | ({ stage: "en_route" } & Visit)
  | ({ stage: "arrived" } & Visit)
  | ({ stage: "in_service" } & InService)
  | ({ stage: "done" } & Done)
  | ({ stage: "confirmed"; confirmed_at: Instant; confirmed_by: Verification; stars?: number } & Done)
  | { stage: "cancelled"; at: Instant; reason: CancelReason; team?: string[] }
  | ({ stage: "no_show"; at: Instant } & Visit)
  | { stage: "at_desk"; since: Instant; reason: HandBack; interrupted?: InService };
export type StageName = Stage["stage"];

export interface OrderFacts {
  id: string;
  district: string;
  elder: string;
  place: Place;
  street: string;
  community: string;
  arrival_radius: Metres;
  service: ServiceKind;
  requirement: Requirement;
  family_present: boolean;
  window: Window;
  priority: Priority;
  created_at: Instant;
  created_by: Actor;
  revision: number;
  tries: number;
  ruled_out?: { caregiver: string; reason: Exclusion; at: Instant }[];
  applications?: Application[];
  dispatch_overdue: boolean;
  acceptance_overdue: boolean;
  overdue?: Limit[];
  first_offered_at?: Instant;
  funding?: Funding;
  timeline: Entry[];
}
export type Order = OrderFacts & Stage;

export interface Application {
  id: string;
  caregiver: string;
  change: Change;
  reason: string;
  at: Instant;
  verdict?: { approved: boolean; by: Actor; at: Instant; reason: string };
}

export type Entry = {
  at: Instant;
  occurred_at?: Instant;
  by: Actor;
  command?: string;
  digest?: string;
} & Happening;

export type Happening =
  | { what: "created" | "done" | "resumed" | "applied" | "changed" }
  | { what: "offered"; to: string[]; decision: string }
  | { what: "waiting"; shortage: Shortage; decision: string }
  | { what: "scheduled"; release_at: Instant }
  | { what: "accepted" | "timed_out" | "released" | "en_route" | "no_show"; caregiver: string }
  | { what: "called_away"; caregiver: string; incident: string }
  | { what: "declined"; caregiver: string; reason: DeclineReason }
  | { what: "assigned"; to: string[]; reason: string; decision: string }
  | { what: "arrived"; caregiver: string; place?: Place; exception?: ArrivalException }
  | { what: "in_service" | "confirmed"; verification: Verification }
  | { what: "rated"; stars: number }
  | { what: "cancelled"; reason: CancelReason }
  | { what: "handed_back"; reason: HandBack }
  | { what: "problem_reported"; caregiver: string; problem: VisitProblem }
  | { what: "answered"; approved: boolean }
  | { what: "unfunded"; code: string }
  | { what: "overdue"; limit: Limit };

// ---- commands -------------------------------------------------------------------------------------------------

export type DeclineReason = "too_far" | "busy" | "not_able" | "unwell" | "other";
export type CancelReason =
  | "elder_wish"
  | "hospital"
  | "duplicate"
  | "mistake"
  | "no_capacity"
  | "staff_application"
  | "other";
export type VisitProblem =
  | "elder_unwell"
  | "caregiver_unwell"
  | "breakdown"
  | "wrong_address"
  | "unsafe"
  | "missing_equipment"
  | "other";
export type ArrivalException = "location_off" | "no_fix" | "outside_radius" | "entered_by_hand";
export type VerificationMethod = "face" | "fingerprint" | "card" | "passkey" | "telephone" | "manual";
export interface Verification {
  method: VerificationMethod;
  receipt?: string;
}
export type Change =
  | { change: "add" | "reduce"; minutes: number }
  | { change: "service"; service: ServiceKind }
  | { change: "window"; window: Window }
  | { change: "self_pay"; up_to: number }
  | { change: "cancel" };

export interface PlaceOrder {
  elder: string;
  service: ServiceKind;
  window?: Window;
  minutes?: number;
  urgency?: Urgency;
  family_present?: boolean;
  /** What pays; the allowance where nothing is said. */
  pay_with?: PayWith;
  /** What the elder agrees to pay themselves, at most, in fen. */
  self_pay_up_to?: number;
}
export type OrderAction =
  | { action: "accept"; offer: string }
  | { action: "decline"; offer: string; reason: DeclineReason }
  | { action: "depart" | "finish" | "no_show" | "hand_back" | "resume" }
  | { action: "arrive"; place?: Place; exception?: ArrivalException }
  | { action: "start" | "confirm"; verification: Verification }
  | { action: "rate"; stars: number }
  | { action: "report_problem"; problem: VisitProblem; can_continue: boolean }
  | { action: "apply"; change: Change; reason: string }
  | { action: "answer"; application: string; approve: boolean; reason: string }
  | { action: "change"; change: Change }
  | { action: "cancel"; reason: CancelReason }
  | { action: "assign"; caregivers: string[]; reason: string };
export type ActionName = OrderAction["action"];
/**
 * The body of `POST /orders/{id}/commands`. Repeating the same `id` is a no-op that answers as the first time; with
 * `if_revision` it is applied only to the order as the utterer saw it.
 */
export type CommandBody = { id: string; occurred_at?: Instant; if_revision?: number } & OrderAction;
export interface Accepted {
  order: Order;
  sequence: number;
  repeated: boolean;
}

// ---- the live stream ------------------------------------------------------------------------------------------

export interface Kpi {
  waiting: number;
  offered: number;
  underway: number;
  done: number;
  at_desk: number;
  offer_p50_ms: number | null;
  offer_p95_ms: number | null;
  accept_p50_ms: number | null;
  accept_p95_ms: number | null;
  /** Share of services begun within their window, 0–1. */
  on_time: number | null;
  on_shift: number;
  stale: number;
  stars: number | null;
}
export interface ServiceStatus {
  service: string;
  up: boolean;
  since: Instant;
  note?: string;
}
export interface Settled {
  how: "redelivered" | "dismissed";
  by: Actor;
  at: Instant;
  reason?: string;
}
export interface DeadLetter {
  /** Its place in the stream DEAD; it is addressed by it. */
  id: number;
  settled?: Settled;
  service: string;
  district: string;
  subject: string;
  sequence?: number;
  code: string;
  detail: string;
  payload: string;
  at: Instant;
}
export interface Snapshot {
  sequence: number;
  at: Instant;
  orders: Order[];
  caregivers: CaregiverProfile[];
  presences: Presence[];
  positions: Position[];
  kpi: Kpi;
  services: ServiceStatus[];
  dead_letters: DeadLetter[];
  /** Absent from an edge older than this page. */
  incidents?: Incident[];
}
/** A call that comes in: whose number it is, never the number. */
export interface Ringing {
  id: string;
  at: Instant;
  line?: string;
  people: string[];
}
export type LiveEvent =
  | ({ event: "snapshot" } & Snapshot)
  | { event: "order"; sequence: number; kind: string; at: Instant; order: Order }
  | { event: "incident"; kind: string; at: Instant; incident: Incident }
  | { event: "positions"; positions: Position[] }
  | { event: "ringing"; ringing: Ringing }
  | { event: "presence"; presence: Presence }
  | { event: "caregiver"; caregiver: CaregiverProfile }
  | { event: "kpi"; kpi: Kpi }
  | { event: "dead_letter"; letter: DeadLetter }
  | { event: "service"; service: ServiceStatus }
  | { event: "meals"; day: string; slot: "breakfast" | "lunch" | "dinner" }
  | { event: "reset"; reason: string };

// ---- answers --------------------------------------------------------------------------------------------------

export interface Page<T> {
  items: T[];
  next: string | null;
}
/** RFC 9457 problem details; decide by `code`. */
export interface ProblemDetails {
  type: string;
  code: string;
  title: string;
  status: number;
  detail: string;
  pointer?: string;
  retry_after?: number;
}
export interface Route {
  line: [lon: number, lat: number][];
  seconds: Seconds;
  metres: Metres;
  source: TravelSource;
}
