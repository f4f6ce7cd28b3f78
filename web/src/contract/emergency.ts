/** Alarms, the people called to them, and the devices that raise them. */
import type { Actor, Instant, Place } from "../contract.ts";

export type AlarmCause =
  | "smoke"
  | "gas"
  | "fall"
  | "vitals"
  | "sos"
  | "lone_worker"
  | "bed_exit"
  | "wandering"
  | "inactivity"
  | "flood"
  | "unspecified";
export type Channel = "mqtt" | "webhook" | "scaip" | "lorawan" | "jt808" | "watch" | "app" | "desk" | "rule";
export type Means = "desk" | "app" | "phone" | "sms";
export type CalleeKind = "desk" | "caregiver" | "doctor" | "family" | "supervisor" | "ambulance" | "home";
export interface Callee {
  callee: CalleeKind;
  caregiver?: string;
  order?: number;
}
export type CallAnswer = "waiting" | "accepted" | "declined" | "stood_down";
/** By what a person is reached away from the screens. */
export type Medium = "push" | "sms_smpp" | "sms_http" | "call" | "mail";
export type Came = "taken" | "delivered" | "heard" | "accepted" | "declined";
/** Why a try reached nobody. */
export type Unreached =
  | "no_address"
  | "address_away"
  | "address_gone"
  | "address_invalid"
  | "refused"
  | "credentials"
  | "too_large"
  | "not_configured"
  | "rejected"
  | "busy"
  | "no_answer"
  | "throttled"
  | "unavailable"
  | "unreachable"
  | "stopped"
  | "timed_out"
  | "broken"
  | "protocol";
/** The district's channels; what is missing is shown. */
export interface Channels {
  configured: Medium[];
  missing: Medium[];
  duty: boolean;
  push_key?: string;
}
export type Found = "live" | "last_known" | "nobody";
export interface Deed {
  by: Actor;
  at: Instant;
  means: Means;
}
export interface Responder {
  caregiver: string;
  accepted: Deed;
  arrived?: Deed;
}
export type Outcome =
  | { outcome: "resolved"; note: string }
  | { outcome: "false_alarm"; reason: string }
  | { outcome: "handed_to120"; reference: string };
export type IncidentStage =
  | { stage: "open" }
  | { stage: "acknowledged"; acknowledged: Deed }
  | { stage: "responding" | "on_scene"; acknowledged: Deed; responders: Responder[] }
  | ({ stage: "closed"; acknowledged: Deed; responders?: Responder[]; closed: Deed } & Outcome);
export interface IncidentFacts {
  id: string;
  revision: number;
  subject: { whom: "elder" | "caregiver" | "device"; id: string };
  device: string;
  class: string;
  registered: boolean;
  cause: AlarmCause;
  drill?: boolean;
  opened_at: Instant;
  street?: string;
  place?: Place;
  presses: { at: Instant; occurred_at?: Instant; device: string; via: Channel; cause: AlarmCause; key?: string }[];
  more_presses?: number;
  claim?: { by: string; at: Instant; stale?: boolean };
  escalation: { plan: string; taken: number; round: number; due?: Instant; exhausted?: boolean };
  calls?: (Callee & { at: Instant; step: number; round: number; answer: CallAnswer; reach?: { ways?: Medium[]; over: boolean } })[];
  timeline?: IncidentEntry[];
}
export type Incident = IncidentFacts & IncidentStage;
export type IncidentHappening =
  | { what: "opened"; cause: AlarmCause; via: Channel }
  | { what: "test_asked"; asked_at: Instant }
  | { what: "pressed"; device: string; cause: AlarmCause }
  | { what: "cleared"; device: string }
  | { what: "escalated"; step: number; round: number; called: Callee[] }
  | { what: "called"; caregivers: string[]; found: Found }
  | ({ what: "asked"; medium: Medium } & Callee)
  | ({ what: "reached"; medium: Medium; came: Came } & Callee)
  | ({ what: "unreached"; medium: Medium; reason: Unreached } & Callee)
  | { what: "exhausted" | "claim_stale" | "released" | "called_back" }
  | { what: "claimed"; from?: string }
  | { what: "handed_on"; to: string }
  | { what: "acknowledged"; means: Means }
  | { what: "accepted"; caregiver: string; means: Means }
  | { what: "declined" | "arrived"; caregiver: string }
  | { what: "noted"; text: string }
  | ({ what: "closed" } & Outcome);
export type IncidentEntry = { at: Instant; occurred_at?: Instant; by: Actor; command?: string } & IncidentHappening;
export type IncidentAction =
  | { action: "claim"; take_over?: boolean }
  | { action: "release" | "acknowledge" | "decline" | "call_back" }
  | { action: "hand_on"; to: string }
  | { action: "note"; text: string }
  | { action: "accept" | "arrive"; caregiver?: string }
  | { action: "resolve"; note: string }
  | { action: "false_alarm"; reason: string }
  | { action: "hand_to120"; reference: string };
export interface EmergencyDone {
  incident?: Incident;
  repeated: boolean;
}
/** What a helper must know; the way in only for who accepted. */
export interface EmergencyCard {
  name?: string;
  address?: string;
  door_code?: string;
  matters?: string;
  call_back?: string;
  family?: { name: string; phone: string; email?: string }[];
  doctor?: { name: string; phone: string };
}
export interface RaiseAlarm {
  cause?: AlarmCause;
  elder?: string;
  drill?: boolean;
  place?: Place & { datum: "wgs84" };
}
export type IncidentBody = { id: string; occurred_at?: Instant } & IncidentAction;
/** How fast alarms were answered; shares are 0–1, spans whole seconds. */
export interface Answering {
  hours: number;
  alarms: number;
  answered: number;
  unanswered: number;
  longest_wait: number | null;
  within_10: number | null;
  within_60: number | null;
  within_180: number | null;
  p50: number | null;
  p95: number | null;
  last_10_minutes: number;
}
export interface StreetShare {
  street?: string;
  devices: number;
  proved: number;
  silent: number;
  faulty: number;
  overdue: number;
  tested: number;
  /** Test call asked for; asked for and not come in time. */
  asked: number;
  failed: number;
  outage: boolean;
}
export interface DeviceShares {
  streets: StreetShare[];
  outages: { street?: string; since: Instant; devices: number }[];
}
/** A device on the list of those whose weekly test call failed. */
export interface DeviceListed {
  device: { id: string; class: string; elder?: string; street?: string };
  condition: { faults?: Record<string, unknown>; tested_at?: Instant; trial?: { asked_at: Instant; failed: boolean } };
}
