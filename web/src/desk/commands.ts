/** What the desk asks of orders. The command's id is made here, so a repeated click is harmless. */
import type { Accepted, Duty, Order, OrderAction, PlaceOrder, Presence, Role } from "../contract.ts";
import { call, post } from "../net/http.ts";
import { t } from "../text/index.ts";
import { newId } from "../ui/id.ts";
import { toast, toastProblem } from "../ui/toast.tsx";
import { learned } from "./state.ts";

/** Utters an action about the order as it is seen; says so, or says why not. Answers whether it was done. */
export async function utter(order: Order, action: OrderAction): Promise<boolean> {
  const id = newId("cmd");
  try {
    const path = `/api/v1/orders/${encodeURIComponent(order.id)}/commands`;
    const accepted = await post<Accepted>(path, { id, if_revision: order.revision, ...action }, { idempotencyKey: id });
    learned(accepted.order);
    toast(t().act.sent);
    return true;
  } catch (error) {
    toastProblem(error);
    return false;
  }
}

/** Places an order; answers with its id. The id of the command is the caller's, so that trying again is harmless. */
export async function place(order: PlaceOrder, command: string): Promise<string | null> {
  try {
    const accepted = await call<Accepted>("POST", "/api/v1/orders", order, { idempotencyKey: command });
    learned(accepted.order);
    toast(t().act.placed(accepted.order.id));
    return accepted.order.id;
  } catch (error) {
    toastProblem(error);
    return null;
  }
}

export async function setDuty(caregiver: string, duty: Duty): Promise<void> {
  try {
    await post<Presence>("/api/v1/duty", { id: newId("duty"), caregiver, duty });
    toast(t().act.sent);
  } catch (error) {
    toastProblem(error);
  }
}

/** Who decides about orders; auditors and the bureau only look. */
export const decides = (role: Role | undefined) => role === "operator" || role === "supervisor";
export const mayPlace = (role: Role | undefined) => decides(role) || role === "front_desk";
