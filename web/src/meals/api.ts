/** Calls about meals. */
import type { Page } from "../contract.ts";
import { get, post, Refused, withQuery } from "../net/http.ts";
import { newId } from "../ui/id.ts";
import type { Imported, KitchenCount, Meal, Round, Sitting, Slot, Staff } from "./contract.ts";

const BASE = "/api/v1/meals";

export const menus = (day: string) => get<{ items: Sitting[] }>(withQuery(`${BASE}/menus`, { day })).then((list) => list.items);
export const rounds = (day: string, slot: Slot) => get<{ items: Round[] }>(withQuery(`${BASE}/rounds`, { day, slot })).then((list) => list.items);
export const count = (day: string, slot: Slot, kitchen: string) => get<KitchenCount>(withQuery(`${BASE}/count`, { day, slot, kitchen }));
export const paper = (what: "labels" | "kitchen" | "routes", day: string, slot: Slot, kitchen: string) => withQuery(`${BASE}/papers/${what}`, { day, slot, kitchen });

/** All meals of a slot, page by page. */
export async function meals(day: string, slot: Slot): Promise<Meal[]> {
  const all: Meal[] = [];
  let cursor: string | undefined;
  do {
    const page: Page<Meal> = await get<Page<Meal>>(withQuery(`${BASE}/orders`, { day, slot, limit: 500, cursor }));
    all.push(...page.items);
    cursor = page.next ?? undefined;
  } while (cursor);
  return all;
}

/** Something is done: a pot, a departure, a door that goes to another round. */
export function deed(request: Record<string, unknown>): Promise<unknown> {
  const id = newId("meal");
  return post(`${BASE}/commands`, { id, ...request }, { idempotencyKey: id });
}

/** A command to one meal. */
export function act(meal: string, action: object): Promise<unknown> {
  const id = newId("meal");
  return post(`${BASE}/orders/${encodeURIComponent(meal)}/commands`, { id, ...action }, { idempotencyKey: id });
}

export const kitchens = () => get<Staff>(`${BASE}/staff`).then((staff) => staff.kitchens.map((kitchen) => kitchen.id));

/** A spreadsheet, as the file it is. */
export async function upload(what: "menus" | "needs" | "standing", file: File): Promise<Imported> {
  const response = await fetch(`${BASE}/import/${what}`, { method: "POST", headers: { "x-care-request": "1" }, body: file, credentials: "same-origin" });
  const answer: unknown = await response.json();
  if (!response.ok) throw new Refused(answer as ConstructorParameters<typeof Refused>[0]);
  return answer as Imported;
}
