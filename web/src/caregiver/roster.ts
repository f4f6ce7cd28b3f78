/** This caregiver's shifts, leave and swaps, with what was tapped laid over; and the taps. */
import { computed } from "@preact/signals";

import { me } from "../app/session.ts";
import type { OwnStep } from "../kept/contract.ts";
import { blank } from "../kept/standing.ts";
import { newId } from "../ui/id.ts";
import { outbox, sync, world } from "./state.ts";
import { add } from "./sync/outbox.ts";
import { overlayRoster } from "./sync/roster-overlay.ts";
import { told } from "./sync/rosters.ts";

/** Null while neither a roster nor a profile is known. Where no roster was entered, the profile's shifts stand. */
export const ownRoster = computed(() => {
  const who = me.value?.caregiver;
  const all = told.value?.items ?? [];
  const profile = who ? world.value.caregivers.get(who) : undefined;
  const own = all.find((it) => it.caregiver === who) ?? (told.value && profile ? blank(profile) : undefined);
  const mine = outbox.value.filter((entry) => entry.user === me.value?.user);
  return own ? overlayRoster(own, all, mine) : null;
});

/** Shifts that a colleague asks this caregiver to take and that wait for a word. */
export const askedOfMe = computed(() => (ownRoster.value?.asked ?? []).filter((swap) => swap.stage === "asked"));

/** Says something about a roster, at the moment of the tap; it leaves the phone as soon as it can. */
export async function say(caregiver: string, step: OwnStep): Promise<void> {
  const user = me.value?.user;
  if (!user) return;
  await add(user, { kind: "roster", caregiver, body: { id: newId("step"), ...step } });
  await sync();
}
