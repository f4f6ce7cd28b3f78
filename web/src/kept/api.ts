/** Calls about what the registry keeps. */
import { get, post, withQuery } from "../net/http.ts";
import { newId } from "../ui/id.ts";
import type { Dated, Facility, KeptStep, Organisation, Plan, Roster } from "./contract.ts";

export const organisations = () => get<Dated<Organisation>>("/api/v1/organisations");
export const facilities = () => get<Dated<Facility>>("/api/v1/facilities");
export const rosters = (open: boolean) => get<{ items: Roster[] }>(withQuery("/api/v1/rosters", { open }));
/** One caregiver's; nothing where none was entered. */
export const rosterOf = (caregiver: string) => get<{ items: Roster[] }>(withQuery("/api/v1/rosters", { id: caregiver }));
export const plans = () => get<{ items: Plan[] }>(withQuery("/api/v1/plans", { open: true }));

export type About = "organisations" | "facilities" | "rosters" | "plans";

/** Takes a step; repeating the call with its command is harmless. */
export function take(about: About, id: string, step: KeptStep, note = "", command = newId("step")): Promise<unknown> {
  return post<unknown>(`/api/v1/${about}/${encodeURIComponent(id)}/steps`, { id: command, note, ...step }, { idempotencyKey: command });
}
