/** What an elder's page knows: their own orders and calls for help, live; and what it asks of the centre. */
import { computed, signal } from "@preact/signals";

import { loadDistrict } from "../app/district.ts";
import { ended, me } from "../app/session.ts";
import type { Accepted, EmergencyDone, Order, OrderAction, PlaceOrder } from "../contract.ts";
import { Live, type Connection } from "../net/live.ts";
import { call, post } from "../net/http.ts";
import { isClosed } from "../store/order.ts";
import { EMPTY, learn, learnIncident, reduce, type World } from "../store/world.ts";
import { newId } from "../ui/id.ts";
import { toastProblem } from "../ui/toast.tsx";

export const world = signal<World>(EMPTY);
export const connection = signal<Connection>("connecting");

/** So many past visits are worth a look. */
const PAST = 5;

const own = computed(() => [...world.value.orders.values()].filter((o) => o.elder === me.value?.elder));
const begins = (o: Order) => Date.parse("start" in o ? o.start : o.window.earliest);

/** A served visit stays until the elder has confirmed and rated it. */
export const wantsAnswer = (order: Order): boolean => order.stage === "done" || (order.stage === "confirmed" && order.stars === undefined);

/** What is to come or wants an answer, the next first. */
export const current = computed(() => own.value.filter((o) => !isClosed(o) || wantsAnswer(o)).sort((a, b) => begins(a) - begins(b)));
/** What was, the latest first. */
export const past = computed(() =>
  own.value
    .filter((o) => isClosed(o) && !wantsAnswer(o))
    .sort((a, b) => begins(b) - begins(a))
    .slice(0, PAST),
);
/** The elder's call for help, while it is open. */
export const calling = computed(() => [...world.value.incidents.values()].find((i) => i.stage !== "closed" && i.subject.whom === "elder" && i.subject.id === me.value?.elder) ?? null);

/** Utters an action about a visit; says why not where it is refused. Answers whether it was done. */
export async function utter(order: Order, action: OrderAction): Promise<boolean> {
  const id = newId("cmd");
  return trying(async () => {
    const done = await post<Accepted>(`/api/v1/orders/${encodeURIComponent(order.id)}/commands`, { id, ...action }, { idempotencyKey: id });
    world.value = learn(world.value, done.order);
  });
}

/** Asks for a visit. The command's id is the caller's, so that a second tap asks for nothing more. */
export function ask(order: PlaceOrder, command: string): Promise<boolean> {
  return trying(async () => {
    const placed = await call<Accepted>("POST", "/api/v1/orders", order, { idempotencyKey: command });
    world.value = learn(world.value, placed.order);
  });
}

/** Calls for help. */
export function raise(command: string): Promise<boolean> {
  return trying(async () => {
    const done = await call<EmergencyDone>("POST", "/api/v1/incidents", { cause: "sos" }, { idempotencyKey: command });
    if (done.incident) world.value = learnIncident(world.value, done.incident);
  });
}

async function trying(work: () => Promise<void>): Promise<boolean> {
  try {
    await work();
    return true;
  } catch (error) {
    toastProblem(error);
    return false;
  }
}

/** Follows the district for whoever is signed in, until called back. */
export function start(): () => void {
  world.value = EMPTY;
  const live = new Live({
    url: "/api/v1/live",
    onEvents: (events) => {
      world.value = reduce(world.value, events);
    },
    onState: (state) => {
      connection.value = state;
      if (state === "signed_out") ended();
    },
  });
  void live.run();
  loadDistrict().catch(() => undefined);
  const wake = () => {
    if (navigator.onLine && !document.hidden) live.hurry();
  };
  addEventListener("online", wake);
  document.addEventListener("visibilitychange", wake);
  return () => {
    live.stop();
    removeEventListener("online", wake);
    document.removeEventListener("visibilitychange", wake);
  };
}
