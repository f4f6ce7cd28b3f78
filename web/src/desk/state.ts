/** What the desk and the wall share: the live world, what is selected, which panels are open. */
import { batch, computed, effect, signal } from "@preact/signals";

import { loadDistrict } from "../app/district.ts";
import { ended } from "../app/session.ts";
import type { BaseMap, DeadLetter, ElderListed, Incident, LiveEvent } from "../contract.ts";
import { get } from "../net/http.ts";
import { Live, type Connection } from "../net/live.ts";
import type { Picked } from "../map/view.ts";
import { lists, persons, workloads, type QueueTab } from "../store/derive.ts";
import { standing } from "../store/incident.ts";
import { EMPTY, learn, learnIncident, reduce, type World } from "../store/world.ts";
import { tick } from "../ui/clock.ts";
import { loadNames } from "./names.ts";

export const world = signal<World>(EMPTY);
export const connection = signal<Connection>("connecting");
export const baseMap = signal<BaseMap | null | "failed">(null);
export const selected = signal<Picked | null>(null);
export const tab = signal<QueueTab | "people">("queue");
export const wall = signal(new URLSearchParams(location.search).has("wall"));
export const timeline = signal(false);
/** The emergency that is open beside the map; it comes before whatever else is selected. */
export const openIncident = signal<string | null>(null);
export type Panel = "alarm" | "place" | "assign" | "cancel" | "change" | "letters" | "help" | "search" | "accounts" | "audit" | "exceptions" | "money" | "trials" | "meals" | "kept";
export const panel = signal<Panel | null>(null);

/** For whom the next order is to be placed, where that is known already. */
export const placingFor = signal<ElderListed | null>(null);

/** Closes a panel if it is still the open one: a late answer must not close what was opened since. */
export function close(which: Panel): void {
  if (panel.value === which) panel.value = null;
}

/** Half a minute is fine enough to tell appointments from orders that wait. */
const coarse = computed(() => Math.floor(tick.value / 30_000) * 30_000);
const orders = computed(() => world.value.orders);
const presences = computed(() => world.value.presences);
const caregivers = computed(() => world.value.caregivers);

export const work = computed(() => workloads({ ...world.peek(), orders: orders.value }));
export const staff = computed(() => persons({ ...world.peek(), caregivers: caregivers.value, presences: presences.value }, work.value));
export const queues = computed(() => lists({ ...world.peek(), orders: orders.value }, coarse.value));
export const selectedOrder = computed(() => (selected.value?.kind === "order" ? (orders.value.get(selected.value.id) ?? null) : null));

const incidents = computed(() => world.value.incidents);
/** Emergencies that are not over, the most pressing first. */
export const alarms = computed(() => standing(incidents.value.values()));
export const selectedIncident = computed(() => (openIncident.value ? (incidents.value.get(openIncident.value) ?? null) : null));

/** Whoever shows meals hears that something of a day's meal changed, or that anything may have while nobody told. */
export const mealNews = new Set<(about: { day: string; slot: string } | "anything") => void>();

/** Says what happened to whoever rings the bell. */
export const arrivals = new Set<(event: LiveEvent & { event: "order" }) => void>();

const FLUSH_MS = 80;
let waiting: LiveEvent[] = [];
let timer: ReturnType<typeof setTimeout> | undefined;

/** Gathers events for a moment, so that a burst costs one drawing. An emergency waits for nothing. */
function take(events: LiveEvent[]): void {
  waiting.push(...events);
  if (events.some((event) => event.event === "incident")) {
    clearTimeout(timer);
    flush();
    return;
  }
  timer ??= setTimeout(flush, FLUSH_MS);
}

function flush(): void {
  timer = undefined;
  const events = waiting;
  waiting = [];
  world.value = reduce(world.peek(), events);
  for (const hear of calls) hear(events);
  for (const event of events) if (event.event === "order") for (const hear of arrivals) hear(event);
  for (const event of events) if (event.event === "meals") for (const hear of mealNews) hear(event);
}

/** Hears calls that come in. */
export const calls = new Set<(events: LiveEvent[]) => void>();

/** Takes in the order a command answered with, without waiting for the stream. */
export function learned(order: Parameters<typeof learn>[1]): void {
  world.value = learn(world.peek(), order);
}

/** Takes in the emergency a command answered with, without waiting for the stream. */
export function learnedIncident(incident: Incident): void {
  world.value = learnIncident(world.peek(), incident);
}

/** Takes in what became of a dead letter, without waiting for the stream. */
export function settledLetter(letter: DeadLetter): void {
  world.value = reduce(world.peek(), [{ event: "dead_letter", letter }]);
}

/** Starts the live stream, the names and the map; stops them when called back. */
export function start(): () => void {
  const live = new Live({
    url: "/api/v1/live",
    onEvents: take,
    onState: (state) => {
      connection.value = state;
      if (state === "live" || state === "resumed") for (const hear of mealNews) hear("anything");
      if (state === "signed_out") ended();
    },
  });
  void live.run();
  const district = () => void loadDistrict().catch(() => undefined);
  district();
  const clock = setInterval(district, 60_000);
  void loadNames();
  void get<BaseMap>("/api/v1/map").then(
    (found) => (baseMap.value = found),
    () => (baseMap.value = "failed"),
  );
  const online = () => live.hurry();
  addEventListener("online", online);
  return () => {
    live.stop();
    clearInterval(clock);
    removeEventListener("online", online);
    clearTimeout(timer);
    timer = undefined;
    waiting = [];
    batch(() => {
      world.value = EMPTY;
      selected.value = null;
      panel.value = null;
      openIncident.value = null;
    });
  };
}

/** The address names what is open, so that it can be sent to a colleague and survives a reload. */
export function followAddress(): void {
  const read = () => {
    const [, kind, id] = /^#\/(order|caregiver|incident)\/(.+)$/.exec(location.hash) ?? [];
    const named = id ? decodeURIComponent(id) : null;
    openIncident.value = kind === "incident" ? named : null;
    if (kind !== "incident") selected.value = kind && named ? { kind: kind as Picked["kind"], id: named } : null;
  };
  read();
  addEventListener("hashchange", read);
  effect(() => {
    const s = openIncident.value ? { kind: "incident", id: openIncident.value } : selected.value;
    const hash = s ? `#/${s.kind}/${encodeURIComponent(s.id)}` : "";
    if (hash !== location.hash) history.replaceState(null, "", hash || location.pathname + location.search);
  });
}
