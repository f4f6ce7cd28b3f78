/** Rosters as the centre said last, kept on the phone: one's own, and those that ask one to take a shift. */
import { signal } from "@preact/signals";

import type { Roster } from "../../kept/contract.ts";
import { get } from "../../net/http.ts";
import { nowInstant } from "../../ui/clock.ts";
import { keep, kept } from "./db.ts";

interface Told {
  at: string;
  items: Roster[];
}

const KEPT = "rosters";

/** Null until they are known. */
export const told = signal<Told | null>(null);

/** Asks the centre and keeps what it says; the errors are the caller's. */
export async function askRosters(): Promise<Roster[]> {
  const { items } = await get<{ items: Roster[] }>("/api/v1/rosters");
  told.value = { at: nowInstant(), items };
  await keep(KEPT, told.value);
  return items;
}

/** Opens from what the phone keeps. */
export async function openRosters(): Promise<void> {
  told.value ??= (await kept<Told>(KEPT)) ?? null;
}

/** Asks where it may be in vain: what is kept stays then. */
export const freshen = (): Promise<unknown> => askRosters().catch(() => undefined);
