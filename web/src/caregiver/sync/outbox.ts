/**
 * What was done on this phone and not yet heard by the centre. Entries are kept in the order of the taps, each with
 * the command id made at the tap, and sent one after the other; an entry leaves only when the centre has answered.
 * Because the ids are repeated on every try, a lost answer does no harm: each step arrives exactly once.
 */
import type { OwnStep } from "../../kept/contract.ts";
import type { MealAnswer, MealBody, RoundBody } from "../../meals/contract.ts";
import type { Accepted, CommandBody, Duty, EmergencyDone, Incident, IncidentBody, Instant, Order, Presence, ProblemDetails, RaiseAlarm } from "../../contract.ts";
import { post, Refused, Unreachable } from "../../net/http.ts";
import { run } from "./db.ts";

export type Deed =
  | { kind: "raise"; body: { id: string } & RaiseAlarm }
  | { kind: "incident"; incident: string; body: IncidentBody }
  | { kind: "order"; order: string; body: CommandBody }
  | { kind: "meal"; meal: string; body: MealBody }
  | { kind: "round"; body: RoundBody }
  | { kind: "roster"; caregiver: string; body: { id: string } & OwnStep }
  | { kind: "duty"; body: { id: string; duty: Duty; occurred_at: Instant } };

export interface Entry {
  seq: number;
  /** Whose; entries of someone else on the same phone wait for them. */
  user: string;
  deed: Deed;
  attempts: number;
  /** Why the centre said no; such an entry stays until it has been read. */
  refused?: ProblemDetails;
}

export type Heard = { kind: "order"; order: Order } | { kind: "duty"; presence: Presence } | { kind: "incident"; incident: Incident | null } | { kind: "meals"; answer: MealAnswer } | { kind: "roster" };

/** Why sending stopped. */
export type Stop = "empty" | "later" | "sign_in" | "busy";

export const entries = (): Promise<Entry[]> => run("outbox", "readonly", (s) => s.getAll() as IDBRequest<Entry[]>);

export async function add(user: string, deed: Deed): Promise<void> {
  await run("outbox", "readwrite", (s) => s.add({ user, deed, attempts: 0 } satisfies Omit<Entry, "seq">));
}

export const remove = (seq: number): Promise<undefined> => run("outbox", "readwrite", (s) => s.delete(seq));

const update = (entry: Entry) => run("outbox", "readwrite", (s) => s.put(entry));

export interface DrainOptions {
  user: string;
  /** Called after the centre has answered and before the entry is removed, so that nothing flickers. */
  heard: (answer: Heard) => Promise<void> | void;
  /**
   * After a refusal: whether what was wanted is already so, e.g. the geofence noted the arrival first; `later` where
   * that could not be asked, and the deed is tried again.
   */
  settled: (entry: Entry, problem: ProblemDetails) => Promise<boolean | "later">;
  /** Called after every change of what waits. */
  changed?: () => Promise<void>;
  send?: (deed: Deed) => Promise<Heard>;
}

/** A call for help before an answer to one, and both before everything else; else the order of the taps. */
const rank = ({ deed }: Entry): number => (deed.kind === "raise" ? 0 : deed.kind === "incident" ? 1 : 2);

/** Sends what waits, emergencies first and otherwise strictly in order, until nothing is left or it has to stop. One page at a time. */
export async function drain(options: DrainOptions): Promise<Stop> {
  if (typeof navigator === "undefined" || !("locks" in navigator)) return drainAlone(options);
  return navigator.locks.request("care-outbox", { ifAvailable: true }, (lock) => (lock ? drainAlone(options) : "busy"));
}

async function drainAlone(options: DrainOptions): Promise<Stop> {
  for (;;) {
    const waiting = (await entries()).filter((e) => e.user === options.user && !e.refused);
    const entry = waiting.sort((a, b) => rank(a) - rank(b) || a.seq - b.seq)[0];
    if (!entry) return "empty";
    try {
      await options.heard(await (options.send ?? send)(entry.deed));
      await remove(entry.seq);
    } catch (error) {
      const stop = await onFailure(entry, error, options);
      if (stop) return stop;
    }
    await options.changed?.();
  }
}

async function onFailure(entry: Entry, error: unknown, options: DrainOptions): Promise<Stop | null> {
  if (!(error instanceof Refused) && !(error instanceof Unreachable)) throw error;
  if (error instanceof Unreachable || error.isPassing) {
    await update({ ...entry, attempts: entry.attempts + 1 });
    return "later";
  }
  if (error.problem.status === 401) return "sign_in";
  const settled = await options.settled(entry, error.problem);
  if (settled === "later") {
    await update({ ...entry, attempts: entry.attempts + 1 });
    return "later";
  }
  if (settled) await remove(entry.seq);
  else await update({ ...entry, attempts: entry.attempts + 1, refused: error.problem });
  return null;
}

/** Sends one deed to the centre. */
export async function send(deed: Deed): Promise<Heard> {
  const key = { idempotencyKey: deed.body.id };
  if (deed.kind === "duty") return { kind: "duty", presence: await post<Presence>("/api/v1/duty", deed.body, key) };
  if (deed.kind === "meal") {
    const to = `/api/v1/meals/orders/${encodeURIComponent(deed.meal)}/commands`;
    return { kind: "meals", answer: await post<MealAnswer>(to, deed.body, key) };
  }
  if (deed.kind === "round") return { kind: "meals", answer: await post<MealAnswer>("/api/v1/meals/commands", deed.body, key) };
  if (deed.kind === "roster") {
    await post<unknown>(`/api/v1/rosters/${encodeURIComponent(deed.caregiver)}/steps`, deed.body, key);
    return { kind: "roster" };
  }
  if (deed.kind === "raise") {
    const { id: _, ...alarm } = deed.body;
    return { kind: "incident", incident: (await post<EmergencyDone>("/api/v1/incidents", alarm, key)).incident ?? null };
  }
  if (deed.kind === "incident") {
    const to = `/api/v1/incidents/${encodeURIComponent(deed.incident)}/commands`;
    return { kind: "incident", incident: (await post<EmergencyDone>(to, deed.body, key)).incident ?? null };
  }
  const path = `/api/v1/orders/${encodeURIComponent(deed.order)}/commands`;
  return { kind: "order", order: (await post<Accepted>(path, deed.body, key)).order };
}
