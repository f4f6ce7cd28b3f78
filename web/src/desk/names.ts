/**
 * Names for display. Caregivers' are read once for the shift; an elder's only when someone opens an order or looks
 * for them, because every reading of an elder's name is audited.
 */
import { signal } from "@preact/signals";

import { me } from "../app/session.ts";
import type { CaregiverListed, ElderListed, ElderProfile, Page } from "../contract.ts";
import { get, withQuery } from "../net/http.ts";

const caregiverNames = signal<ReadonlyMap<string, string>>(new Map());
const elders = signal<ReadonlyMap<string, { name: string | null; profile: ElderProfile }>>(new Map());
const asked = new Set<string>();

export const caregiverName = (id: string): string => caregiverNames.value.get(id) ?? id;
export const elder = (id: string) => elders.value.get(id) ?? null;

/** Caregivers' names, page by page. */
export async function loadNames(): Promise<void> {
  const names = new Map<string, string>();
  let cursor: string | undefined;
  try {
    do {
      const page: Page<CaregiverListed> = await get(withQuery("/api/v1/caregivers", { limit: 500, cursor }));
      for (const c of page.items) if (c.name) names.set(c.profile.id, c.name);
      caregiverNames.value = new Map(names);
      cursor = page.next ?? undefined;
    } while (cursor !== undefined);
  } catch {
    // Ids serve until the next start; names are a comfort.
  }
}

export function remember(found: readonly ElderListed[]): void {
  const next = new Map(elders.peek());
  for (const e of found) next.set(e.profile.id, e);
  elders.value = next;
}

/** Reads one elder's name, once per page view. */
export function askElder(id: string): void {
  if (asked.has(id) || !me.peek()) return;
  asked.add(id);
  findElders(id).catch(() => asked.delete(id));
}

export async function findElders(q: string, signal?: AbortSignal): Promise<ElderListed[]> {
  const page = await get<Page<ElderListed>>(withQuery("/api/v1/elders", { q, limit: 12 }), signal ? { signal } : {});
  remember(page.items);
  return page.items;
}
