/** Emergencies as this phone sees them: one it is called to, one of its own; and what it does about them. */
import { computed, signal } from "@preact/signals";

import { me } from "../app/session.ts";
import type { IncidentAction } from "../contract.ts";
import { nowInstant } from "../ui/clock.ts";
import { newId } from "../ui/id.ts";
import { outbox, sync, world } from "./state.ts";
import { here } from "./sync/positions.ts";
import { called, type Called, type CallStep } from "./sync/called.ts";
import { add } from "./sync/outbox.ts";

const ownId = computed(() => me.value?.caregiver ?? "");
const waiting = computed(() => outbox.value.filter((e) => e.user === me.value?.user));
const RANK: Record<CallStep, number> = { there: 0, going: 1, asked: 2 };

/** What this caregiver is called to: whoever is on the way stays on it; the real before a drill, the oldest first. */
export const alarm = computed<Called | null>(() => {
  const all = [...world.value.incidents.values()].flatMap((i) => called(i, waiting.value, ownId.value) ?? []);
  all.sort((a, b) => Number(a.incident.drill ?? false) - Number(b.incident.drill ?? false) || RANK[a.step] - RANK[b.step] || a.incident.opened_at.localeCompare(b.incident.opened_at));
  return all[0] ?? null;
});

/** This caregiver's own call for help, while it is open. */
export const ownCall = computed(() => [...world.value.incidents.values()].find((i) => i.stage !== "closed" && i.subject.whom === "caregiver" && i.subject.id === ownId.value) ?? null);
/** A call for help that has not left the phone. */
export const unsentCall = computed(() => waiting.value.some((e) => e.deed.kind === "raise" && !e.refused));

/** The next call for help is an exercise; it says so until it is sent or switched off. */
export const drill = signal(false);

/** Does something about an emergency, at the moment of the tap. */
export async function help(incident: string, action: IncidentAction): Promise<void> {
  const user = me.value?.user;
  if (!user) return;
  await add(user, { kind: "incident", incident, body: { id: newId("cmd"), occurred_at: nowInstant(), ...action } });
  await sync();
}

/** Calls for help. It overtakes whatever else waits, and is repeated until the centre has it. */
export async function raise(): Promise<void> {
  const user = me.value?.user;
  if (!user) return;
  const at = here.value;
  const place = at ? { place: { lon: at.lon, lat: at.lat, datum: "wgs84" as const } } : {};
  await add(user, { kind: "raise", body: { id: newId("sos"), drill: drill.value, ...place } });
  drill.value = false;
  await sync();
}
