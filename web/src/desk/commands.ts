/** What the desk asks of orders. The command's id is made here, so a repeated click is harmless. */
import type { Accepted, Duty, EmergencyDone, Incident, IncidentAction, Order, OrderAction, PlaceOrder, Presence, RaiseAlarm, Role } from "../contract.ts";
import { call, post } from "../net/http.ts";
import { t } from "../text/index.ts";
import { newId } from "../ui/id.ts";
import { toast, toastProblem } from "../ui/toast.tsx";
import { learned, learnedIncident } from "./state.ts";

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

/** Utters an action about an emergency. */
export async function utterIncident(incident: Incident, action: IncidentAction): Promise<boolean> {
  const id = newId("cmd");
  try {
    const path = `/api/v1/incidents/${encodeURIComponent(incident.id)}/commands`;
    const done = await post<EmergencyDone>(path, { id, ...action }, { idempotencyKey: id });
    if (done.incident) learnedIncident(done.incident);
    return true;
  } catch (error) {
    toastProblem(error);
    return false;
  }
}

/** Enters an emergency by hand; answers with its id. */
export async function raise(alarm: RaiseAlarm, command: string): Promise<string | null> {
  try {
    const done = await call<EmergencyDone>("POST", "/api/v1/incidents", alarm, { idempotencyKey: command });
    if (done.incident) learnedIncident(done.incident);
    return done.incident?.id ?? null;
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

/** A lost phone's tracker app reports nothing any more. */
export async function revokeTracker(caregiver: string): Promise<void> {
  try {
    await call<void>("DELETE", `/api/v1/caregivers/${encodeURIComponent(caregiver)}/tracker`);
    toast(t().act.trackerRevoked);
  } catch (error) {
    toastProblem(error);
  }
}

/** Who decides about orders; auditors and the bureau only look. */
export const decides = (role: Role | undefined) => role === "operator" || role === "supervisor";
export const mayPlace = (role: Role | undefined) => decides(role) || role === "front_desk";
export const handlesAlarms = decides;
export const seesAccounts = (role: Role | undefined) => role === "supervisor";
export const seesAudit = (role: Role | undefined) => role === "supervisor" || role === "auditor";
export const seesLetters = decides;
