/** The steps of a visit, and which one is next for a caregiver. Pure. */
import type { Order } from "../../contract.ts";
import { member } from "../../store/order.ts";

export const STEPS = ["depart", "arrive", "start", "finish", "confirm"] as const;
export type Step = (typeof STEPS)[number];

/** The next step, or `null` when there is none left. */
export function stepOf(order: Order, caregiver: string): Step | null {
  switch (order.stage) {
    case "offered":
    case "waiting":
    case "accepted":
      return member(order, caregiver)?.departed_at === undefined ? "depart" : "arrive";
    case "en_route": {
      const mine = member(order, caregiver);
      return mine?.departed_at === undefined ? "depart" : mine.arrived_at === undefined ? "arrive" : "start";
    }
    case "arrived":
      return "start";
    case "in_service":
      return "finish";
    case "at_desk":
      return order.interrupted ? "finish" : null;
    case "done":
      return "confirm";
    default:
      return null;
  }
}
