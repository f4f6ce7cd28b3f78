/** The district: its name, streets, services and clock. */
import { signal } from "@preact/signals";

import type { District, ServiceKind } from "../contract.ts";
import { get } from "../net/http.ts";
import { language, t } from "../text/index.ts";
import { setClock } from "../ui/clock.ts";

export const district = signal<District | null>(null);

/** Loads the district and sets the clock by it; half the round trip is taken off. */
export async function loadDistrict(): Promise<District> {
  const asked = performance.now();
  const found = await get<District>("/api/v1/district");
  const half = (performance.now() - asked) / 2;
  setClock(new Date(Date.parse(found.clock.now) + half * found.clock.speed).toISOString(), found.clock.speed);
  district.value = found;
  return found;
}

export const districtName = (): string => (language.value === "zh" ? district.value?.name : district.value?.name_en) ?? "";
export const streetName = (id: string): string => district.value?.streets.find((s) => s.id === id)?.name ?? id;
export const serviceName = (kind: ServiceKind): string => t().service[kind] ?? kind;
export const standardVisit = (kind: ServiceKind) => district.value?.services.find((s) => s.kind === kind) ?? null;
