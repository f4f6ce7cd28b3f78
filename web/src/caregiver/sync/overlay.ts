/**
 * The order as this phone will see it once its waiting deeds have arrived. Pure. A deed that does not fit the stage
 * changes nothing: the centre has the last word.
 */
import type { CommandBody, Duty, Member, Order, Presence, Stage } from "../../contract.ts";
import { isClosed, pendingSeat, seats, visit } from "../../store/order.ts";
import type { Entry } from "./outbox.ts";

export interface Shown {
  order: Order;
  /** Something of what is shown has not been heard by the centre yet. */
  pending: boolean;
  /** This caregiver is out of it by an own deed that waits: declined, or cannot go on. */
  left: boolean;
}

export function overlay(order: Order, entries: readonly Entry[], caregiver: string): Shown {
  let shown: Shown = { order, pending: false, left: false };
  for (const { deed, refused } of entries) {
    if (refused || deed.kind !== "order" || deed.order !== order.id) continue;
    if (order.timeline.some((e) => e.command === deed.body.id)) continue;
    shown = after(shown, deed.body, caregiver);
  }
  return shown;
}

/** The duty as it will be. */
export function overlayDuty(presence: Presence | undefined, entries: readonly Entry[]): { duty: Duty; pending: boolean } {
  let duty = presence?.duty ?? "off";
  let pending = false;
  for (const { deed, refused } of entries) {
    if (refused || deed.kind !== "duty" || presence?.applied?.includes(deed.body.id)) continue;
    duty = deed.body.duty;
    pending = true;
  }
  return { duty, pending };
}

function after({ order, left }: Shown, body: CommandBody, me: string): Shown {
  const at = body.occurred_at ?? order.created_at;
  const become = (stage: Stage): Shown => ({ order: { ...order, ...stage } as Order, pending: true, left });
  const team = (change: (m: Member) => Member): Member[] => (visit(order)?.team ?? []).map((m) => (m.caregiver === me ? change(m) : m));
  switch (body.action) {
    case "accept": {
      if (!pendingSeat(order, me) || order.stage !== "offered") break;
      const taken = seats(order).map((s) => (s.caregiver === me ? { ...s, accepted_at: at } : s));
      if (taken.some((s) => s.accepted_at === undefined)) return become({ ...order, seats: taken });
      const start = taken.map((s) => s.start).sort().at(-1) ?? at;
      const members = taken.map((s) => ({ caregiver: s.caregiver, offer: s.offer, accepted_at: s.accepted_at ?? at, ...(s.leg ? { leg: s.leg } : {}) }));
      return become({ stage: "accepted", start, team: members, decision: order.decision });
    }
    case "decline":
      return { order, pending: true, left: true };
    case "depart":
      if (order.stage !== "accepted" && order.stage !== "en_route") break;
      return become({ ...order, stage: "en_route", team: team((m) => ({ ...m, departed_at: m.departed_at ?? at })) });
    case "arrive": {
      if (order.stage !== "accepted" && order.stage !== "en_route") break;
      const there = team((m) => ({ ...m, departed_at: m.departed_at ?? at, arrived_at: m.arrived_at ?? at, ...(body.exception ? { exception: body.exception } : {}) }));
      return become({ ...order, stage: there.every((m) => m.arrived_at) ? "arrived" : "en_route", team: there });
    }
    case "start":
      if (order.stage !== "arrived") break;
      return become({ ...order, stage: "in_service", started_at: at, identified: body.verification });
    case "finish":
      if (order.stage !== "in_service") break;
      return become({ ...order, stage: "done", finished_at: at });
    case "confirm":
      if (order.stage !== "done") break;
      return become({ ...order, stage: "confirmed", confirmed_at: at, confirmed_by: body.verification });
    case "no_show": {
      const there = visit(order);
      if (order.stage !== "arrived" || !there) break;
      return become({ stage: "no_show", at, start: there.start, team: there.team, decision: there.decision });
    }
    case "report_problem":
      return { order, pending: true, left: left || !body.can_continue };
    case "apply": {
      if (isClosed(order)) break;
      const application = { id: body.id, caregiver: me, change: body.change, reason: body.reason, at };
      return { order: { ...order, applications: [...(order.applications ?? []), application] }, pending: true, left };
    }
    default:
      break;
  }
  return { order, pending: true, left };
}

/** After a refusal: what the step wanted is already so. */
export function isSettled(body: CommandBody, order: Order, me: string): boolean {
  if (order.timeline.some((e) => e.command === body.id)) return true;
  const mine = visit(order)?.team.find((m) => m.caregiver === me);
  switch (body.action) {
    case "accept":
      return mine !== undefined && mine.offer === body.offer;
    case "depart":
      return mine?.departed_at !== undefined;
    case "arrive":
      return mine?.arrived_at !== undefined;
    case "start":
      return "started_at" in order;
    case "finish":
      return "finished_at" in order;
    case "confirm":
      return order.stage === "confirmed";
    default:
      return false;
  }
}
