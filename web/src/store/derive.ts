/** What the views show, computed from the world: who does what, what waits, in which order. Pure. */
import type { Order, Presence } from "../contract.ts";
import { isClosed, isOverdue, isScheduled, openApplications, people, rank, seats, visit } from "./order.ts";
import type { World } from "./world.ts";

/** How a caregiver is drawn; shape and colour say the same. */
export type CaregiverState = "free" | "offered" | "en_route" | "serving" | "break" | "stale" | "lost" | "off";

/** Open orders by the caregiver who is asked, coming or there. */
export function workloads(world: World): Map<string, Order[]> {
  const found = new Map<string, Order[]>();
  for (const order of world.orders.values()) {
    if (isClosed(order)) continue;
    for (const caregiver of people(order)) {
      const known = found.get(caregiver);
      if (known) known.push(order);
      else found.set(caregiver, [order]);
    }
  }
  return found;
}

/** A doubtful position outranks what the person does, except service: at the door it matters little. */
export function caregiverState(id: string, presence: Presence | undefined, work: readonly Order[]): CaregiverState {
  if (presence === undefined || presence.duty === "off") return "off";
  if (presence.duty === "break") return "break";
  const stage = busiest(id, work);
  if (stage === "serving") return stage;
  if (presence.signal === "lost" || presence.signal === "none") return "lost";
  if (presence.signal === "stale") return "stale";
  return stage;
}

function busiest(id: string, work: readonly Order[]): "serving" | "en_route" | "offered" | "free" {
  let state: "en_route" | "offered" | "free" = "free";
  for (const order of work) {
    if (order.stage === "in_service" || order.stage === "arrived") return "serving";
    const member = visit(order)?.team.find((m) => m.caregiver === id);
    if (member?.arrived_at !== undefined) return "serving";
    if (member?.departed_at !== undefined) state = "en_route";
    else if (state === "free" && seats(order).some((s) => s.caregiver === id && s.accepted_at === undefined)) state = "offered";
  }
  return state;
}

/** Instants and ids compare by their characters; a locale's order costs many times as much and says the same. */
const byText = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

export type QueueTab = "queue" | "underway" | "scheduled" | "closed";

/** Which list an order belongs to. */
export function tabOf(order: Order, now: number): QueueTab {
  if (isClosed(order)) return "closed";
  if (openApplications(order).length > 0) return "queue";
  if (isScheduled(order, now)) return "scheduled";
  return order.stage === "waiting" || order.stage === "offered" || order.stage === "at_desk" ? "queue" : "underway";
}

/** The desk's own first, then what is overdue, then by priority, then the longest waiting. */
export function compareQueue(a: Order, b: Order): number {
  return (
    deskFirst(a) - deskFirst(b) ||
    Number(isOverdue(b)) - Number(isOverdue(a)) ||
    rank(a.priority) - rank(b.priority) ||
    byText(a.created_at, b.created_at) ||
    byText(a.id, b.id)
  );
}

const deskFirst = (o: Order) => (o.stage === "at_desk" ? 0 : openApplications(o).length > 0 ? 1 : 2);

/** The orders of each list, sorted for reading. */
export function lists(world: World, now: number): Record<QueueTab, Order[]> {
  const all: Record<QueueTab, Order[]> = { queue: [], underway: [], scheduled: [], closed: [] };
  for (const order of world.orders.values()) all[tabOf(order, now)].push(order);
  all.queue.sort(compareQueue);
  all.underway.sort((a, b) => byText(visit(a)?.start ?? "", visit(b)?.start ?? "") || byText(a.id, b.id));
  all.scheduled.sort((a, b) => byText(a.window.earliest, b.window.earliest) || byText(a.id, b.id));
  all.closed.sort((a, b) => byText(latest(b), latest(a)) || byText(a.id, b.id));
  return all;
}

const latest = (o: Order) => o.timeline.at(-1)?.at ?? o.created_at;

/** Where two states differ in how pressing they are, for the list of people. */
const STATE_ORDER: readonly CaregiverState[] = ["lost", "stale", "offered", "free", "en_route", "serving", "break", "off"];

export interface Person {
  id: string;
  state: CaregiverState;
  work: readonly Order[];
}

/** Everyone, the ones to look at first. */
export function persons(world: World, work: ReadonlyMap<string, Order[]>): Person[] {
  return [...world.caregivers.keys()]
    .map((id) => {
      const orders = work.get(id) ?? [];
      return { id, work: orders, state: caregiverState(id, world.presences.get(id), orders) };
    })
    .sort((a, b) => STATE_ORDER.indexOf(a.state) - STATE_ORDER.indexOf(b.state) || byText(a.id, b.id));
}
