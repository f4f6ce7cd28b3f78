/** A short chime when something becomes a human's: an order at the desk, or an emergency. Heard unless muted. */
import { signal } from "@preact/signals";

import { chime } from "../ui/chime.ts";
import { rings } from "../store/incident.ts";
import { alarms, arrivals } from "./state.ts";

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
  const ringing = setInterval(ring, RING_MS);
  return () => {
    arrivals.delete(hear);
    clearInterval(ringing);
  };
}

const RING_MS = 1_000;

/** Rings as long as a real emergency is nobody's. A drill is seen, not heard. */
function ring(): void {
  if (!muted.value && alarms.peek().some(rings)) chime([988, 740, 988, 740], 2_400);
}
