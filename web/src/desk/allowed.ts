/** What the desk can do to an order as it stands; the server has the last word. */
import type { Order, Role } from "../contract.ts";
import { isClosed } from "../store/order.ts";
import { decides } from "./commands.ts";

export type DeskAction = "assign" | "cancel" | "change" | "hand_back" | "resume";

export function allowed(action: DeskAction, order: Order, role: Role | undefined): boolean {
  if (isClosed(order)) return false;
  const serving = order.stage === "in_service";
  switch (action) {
    case "assign":
      return decides(role) && !serving;
    case "cancel":
      return (decides(role) || role === "front_desk") && !serving;
    case "change":
      return decides(role) || role === "front_desk";
    case "hand_back":
      return decides(role) && !serving && order.stage !== "at_desk";
    case "resume":
      return decides(role) && (order.stage === "at_desk" || order.stage === "waiting");
  }
}
