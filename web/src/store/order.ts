/** Readings of an order that every view shares; the browser's mirror of the questions `domain::order` answers. */
import type { Decision, Member, Order, Priority, Seat, StageName, Verification, Visit } from "../contract.ts";

const RANK: Record<Priority, number> = { emergency: 0, urgent: 1, guaranteed: 2, ordinary: 3 };
const CLOSED: ReadonlySet<StageName> = new Set(["done", "confirmed", "cancelled", "no_show"]);

/** 0 for the first served. */
export const rank = (priority: Priority): number => RANK[priority];

/** Nothing more is to be done by dispatch. */
export const isClosed = (order: Order): boolean => CLOSED.has(order.stage);

/** Seats offered or taken while the team is not complete. */
export function seats(order: Order): readonly Seat[] {
  return order.stage === "offered" || order.stage === "waiting" ? (order.seats ?? []) : [];
}

/** The team's visit, in the stages that have one. */
export function visit(order: Order): Visit | null {
  switch (order.stage) {
    case "accepted":
    case "en_route":
    case "arrived":
    case "in_service":
    case "done":
    case "confirmed":
    case "no_show":
      return order;
    case "at_desk":
      return order.interrupted ?? null;
    default:
      return null;
  }
}

export function member(order: Order, caregiver: string): Member | null {
  return visit(order)?.team.find((m) => m.caregiver === caregiver) ?? null;
}

/** Everyone who is asked, coming or there. */
export function people(order: Order): string[] {
  return [...seats(order).map((s) => s.caregiver), ...(visit(order)?.team.map((m) => m.caregiver) ?? [])];
}

/** The offer this caregiver has not answered yet. */
export function pendingSeat(order: Order, caregiver: string): Seat | null {
  return seats(order).find((s) => s.caregiver === caregiver && s.accepted_at === undefined) ?? null;
}

/** Since when the order has stood as it stands, in milliseconds. */
export function standingSince(order: Order): number {
  switch (order.stage) {
    case "waiting":
    case "offered":
    case "at_desk":
      return Date.parse(order.since);
    case "cancelled":
    case "no_show":
      return Date.parse(order.at);
    case "in_service":
      return Date.parse(order.started_at);
    case "done":
      return Date.parse(order.finished_at);
    case "confirmed":
      return Date.parse(order.confirmed_at);
    default: {
      const latest = order.timeline.at(-1);
      return Date.parse(latest?.at ?? order.created_at);
    }
  }
}

/** An appointment that lies ahead: it waits for its time, not for people. */
export function isScheduled(order: Order, now: number): boolean {
  return order.stage === "waiting" && order.shortage === undefined && Date.parse(order.retry_at) > now + 60_000;
}

/** Too long without an offer or an answer, by the platform's own limits. */
export const isOverdue = (order: Order): boolean =>
  (order.stage === "waiting" && order.dispatch_overdue) ||
  (order.stage === "offered" && (order.acceptance_overdue || order.dispatch_overdue)) ||
  (!isClosed(order) && (order.overdue?.length ?? 0) > 0);

/** A supervisor has to look at the visit: an arrival the geofence did not see, an identification by exception. */
export function isException(order: Order): boolean {
  const supervised = (v?: Verification) => v?.method === "telephone" || v?.method === "manual";
  const visit_ = visit(order);
  const served = order.stage === "at_desk" ? order.interrupted : order;
  return (
    (visit_?.team.some((m) => m.exception !== undefined) ?? false) ||
    (served !== undefined && "identified" in served && supervised(served.identified)) ||
    (order.stage === "confirmed" && supervised(order.confirmed_by))
  );
}

export const openApplications = (order: Order) =>
  isClosed(order) ? [] : (order.applications ?? []).filter((a) => a.verdict === undefined);

/** Some travel time of the decision is a straight-line estimate. */
export const isEstimated = (decision: Decision): boolean =>
  decision.ranked.some((r) => r.legs.some((l) => l.source === "great_circle"));
