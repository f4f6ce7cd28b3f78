/** Readings of an emergency; pure. */
import type { Actor, Incident, Responder } from "../contract.ts";

/** A human should have answered by then (TSA: 97.5 % within 60 s). */
export const ANSWER_MS = 60_000;
/** Short of that the clock turns amber. */
export const SOON_MS = 45_000;

export const isOver = (i: Incident): boolean => i.stage === "closed";
export const isUnanswered = (i: Incident): boolean => i.stage === "open";
/** Nobody at the desk has it, or who has it did nothing. */
export const isFree = (i: Incident): boolean => i.claim === undefined || i.claim.stale === true;
export const responders = (i: Incident): readonly Responder[] => (i.stage === "open" || i.stage === "acknowledged" ? [] : (i.responders ?? []));
export const presses = (i: Incident): number => i.presses.length + (i.more_presses ?? 0);

/** How long it has waited, or waited, for the first human answer. */
export function waited(i: Incident, now: number): number {
  const answered = i.stage === "open" ? now : Date.parse(i.acknowledged.at);
  return Math.max(0, answered - Date.parse(i.opened_at));
}

export type Clock = "fresh" | "soon" | "late" | "answered";
export function clock(i: Incident, now: number): Clock {
  if (!isUnanswered(i)) return "answered";
  const ms = waited(i, now);
  return ms >= ANSWER_MS ? "late" : ms >= SOON_MS ? "soon" : "fresh";
}

/** A telephone, a cloud or a network stands between this device and us: what is lost behind them is lost. */
export const isRelayed = (i: Incident): boolean => i.presses.every((p) => p.via === "webhook" || p.via === "lorawan");

/** The wearer was asked for their weekly test call: it rings like any other, and whoever answers asks whether it is meant. */
export const isPerhapsATest = (i: Incident): boolean => (i.timeline ?? []).some((e) => e.what === "test_asked");

/** Those that are not over: the real before drills, the unanswered first, the oldest of them first. */
export function standing(incidents: Iterable<Incident>): Incident[] {
  const rank = (i: Incident) => (i.drill ? 2 : 0) + (isUnanswered(i) ? 0 : 1);
  return [...incidents].filter((i) => !isOver(i)).sort((a, b) => rank(a) - rank(b) || a.opened_at.localeCompare(b.opened_at));
}

/** The one a key press claims: the first that nobody has. */
export const nextToClaim = (list: readonly Incident[], me: string): Incident | null =>
  list.find((i) => isFree(i) && i.claim?.by !== me && isUnanswered(i)) ?? list.find((i) => i.claim === undefined) ?? null;

/** Rings until somebody has it; a drill does not ring. */
export const rings = (i: Incident): boolean => !i.drill && isUnanswered(i) && isFree(i);

export const uttererName = (by: Actor): string => by.user ?? by.role;
