/** Visits a supervisor should look at: an arrival nobody's position proves, an identity confirmed by hand. */
import type { ArrivalException, Order } from "../contract.ts";

export interface ExceptionalVisit {
  order: Order;
  arrivals: { caregiver: string; exception: ArrivalException }[];
  /** The elder was identified, or confirmed the service, by hand. */
  byHand: boolean;
}

/** Those of today's visits, the latest change first. */
export function exceptionalVisits(orders: Iterable<Order>): ExceptionalVisit[] {
  const found: ExceptionalVisit[] = [];
  for (const order of orders) {
    const team = "team" in order && order.stage !== "cancelled" ? (order.team ?? []) : [];
    const arrivals = team.flatMap((m) => (m.exception ? [{ caregiver: m.caregiver, exception: m.exception }] : []));
    const byHand = ("identified" in order && order.identified.method === "manual") || ("confirmed_by" in order && order.confirmed_by.method === "manual");
    if (arrivals.length > 0 || byHand) found.push({ order, arrivals, byHand });
  }
  const changed = ({ order }: ExceptionalVisit) => order.timeline.at(-1)?.at ?? order.created_at;
  return found.sort((a, b) => changed(b).localeCompare(changed(a)));
}
