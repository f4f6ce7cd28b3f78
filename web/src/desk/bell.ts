/** A short chime when something becomes a human's: an order at the desk, or an emergency. Heard unless muted. */
import { signal } from "@preact/signals";

import { chime } from "../ui/chime.ts";
import { arrivals } from "./state.ts";

const KEY = "care.muted";
export const muted = signal(localStorage.getItem(KEY) === "yes");

export function toggleMute(): void {
  muted.value = !muted.value;
  localStorage.setItem(KEY, muted.value ? "yes" : "no");
}

export function listenForTrouble(): () => void {
  const hear: Parameters<typeof arrivals.add>[0] = ({ order }) => {
    const emergency = order.priority === "emergency" && order.revision === 1;
    if (!muted.value && (order.stage === "at_desk" || emergency)) chime(emergency ? [880, 660, 880] : [660, 880]);
  };
  arrivals.add(hear);
  return () => arrivals.delete(hear);
}
