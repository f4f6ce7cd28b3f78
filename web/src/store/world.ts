/**
 * What the browser knows of the district: a snapshot, then deltas. Pure: events in, the next world out. Orders are
 * applied strictly by the sequence of the ORDERS stream; what is older than what is known changes nothing, so a
 * delta that arrives twice is harmless.
 */
import type {
  CaregiverProfile,
  DeadLetter,
  Incident,
  Kpi,
  LiveEvent,
  Order,
  Position,
  Presence,
  ServiceStatus,
  Snapshot,
} from "../contract.ts";
import { isClosed, standingSince } from "./order.ts";

/** The most closed orders kept; the server keeps the rest. */
export const MAX_CLOSED = 2000;
/** The most closed emergencies kept. */
export const MAX_CLOSED_INCIDENTS = 500;
/** The most dead letters kept. */
export const MAX_LETTERS = 200;

export interface World {
  /** A snapshot has arrived, and no reset since. */
  readonly ready: boolean;
  /** The ORDERS sequence up to which the orders hold. */
  readonly sequence: number;
  readonly orders: ReadonlyMap<string, Order>;
  readonly caregivers: ReadonlyMap<string, CaregiverProfile>;
  readonly presences: ReadonlyMap<string, Presence>;
  readonly positions: ReadonlyMap<string, Position>;
  readonly kpi: Kpi | null;
  readonly services: ReadonlyMap<string, ServiceStatus>;
  readonly incidents: ReadonlyMap<string, Incident>;
  /** Latest first. */
  readonly letters: readonly DeadLetter[];
}

export const EMPTY: World = {
  ready: false,
  sequence: 0,
  orders: new Map(),
  caregivers: new Map(),
  presences: new Map(),
  positions: new Map(),
  kpi: null,
  services: new Map(),
  incidents: new Map(),
  letters: [],
};

/** Applies a batch of events; maps that nothing touched stay the same object, so views can compare by identity. */
export function reduce(world: World, events: readonly LiveEvent[]): World {
  const draft = new Draft(world);
  for (const event of events) draft.apply(event);
  return draft.finish();
}

/** Takes in an order that came as the answer to a command; it says nothing about the sequence of others. */
export function learn(world: World, order: Order): World {
  if (!isNewer(order, world.orders.get(order.id))) return world;
  return { ...world, orders: new Map(world.orders).set(order.id, order) };
}

/** Takes in an emergency that came as the answer to a command. */
export const learnIncident = (world: World, incident: Incident): World =>
  reduce(world, [{ event: "incident", kind: "", at: incident.opened_at, incident }]);

const isNewer = (order: Order, known: Order | undefined) => known === undefined || order.revision > known.revision;

function fromSnapshot(s: Snapshot): World {
  return {
    ready: true,
    sequence: s.sequence,
    orders: new Map(s.orders.map((o) => [o.id, o])),
    caregivers: new Map(s.caregivers.map((c) => [c.id, c])),
    presences: new Map(s.presences.map((p) => [p.caregiver, p])),
    positions: new Map(s.positions.map((p) => [p.caregiver, p])),
    kpi: s.kpi,
    services: new Map(s.services.map((x) => [x.service, x])),
    incidents: new Map((s.incidents ?? []).map((i) => [i.id, i])),
    letters: [...s.dead_letters].sort((a, b) => b.at.localeCompare(a.at)).slice(0, MAX_LETTERS),
  };
}

/** Copies a map of the world the first time something in it changes. */
class Draft {
  #next: World;
  #own = new Set<keyof World>();

  constructor(world: World) {
    this.#next = world;
  }

  apply(event: LiveEvent): void {
    switch (event.event) {
      case "snapshot":
        this.#next = fromSnapshot(event);
        this.#own = new Set(["orders", "caregivers", "presences", "positions", "services", "incidents", "letters"]);
        return;
      case "order":
        if (event.sequence <= this.#next.sequence) return;
        this.#set("sequence", event.sequence);
        if (isNewer(event.order, this.#next.orders.get(event.order.id))) this.#map("orders").set(event.order.id, event.order);
        return;
      case "incident": {
        const known = this.#next.incidents.get(event.incident.id);
        if (known === undefined || known.revision < event.incident.revision) this.#map("incidents").set(event.incident.id, event.incident);
        return;
      }
      case "positions":
        for (const position of event.positions) {
          const known = this.#next.positions.get(position.caregiver);
          if (known === undefined || known.at < position.at) this.#map("positions").set(position.caregiver, position);
        }
        return;
      case "presence":
        this.#map("presences").set(event.presence.caregiver, event.presence);
        if (event.presence.duty === "off" && this.#next.positions.has(event.presence.caregiver)) {
          this.#map("positions").delete(event.presence.caregiver);
        }
        return;
      case "caregiver":
        this.#map("caregivers").set(event.caregiver.id, event.caregiver);
        return;
      case "kpi":
        this.#set("kpi", event.kpi);
        return;
      case "dead_letter":
        this.#letter(event.letter);
        return;
      case "service":
        this.#map("services").set(event.service.service, event.service);
        return;
      case "ringing":
        // Shown once, kept nowhere.
        return;
      case "meals":
        // Whoever shows meals asks for them; the world keeps none.
        return;
      case "reset":
        this.#set("ready", false);
        return;
    }
  }

  finish(): World {
    if (this.#own.has("orders")) this.#forgetOldest();
    if (this.#own.has("incidents")) this.#forgetOldIncidents();
    return this.#next;
  }

  /** A letter that was seen to leaves the list; one told again stays where it is. */
  #letter(letter: DeadLetter): void {
    const others = this.#next.letters.filter((l) => l.id !== letter.id);
    if (letter.settled) this.#set("letters", others);
    else if (others.length === this.#next.letters.length) this.#set("letters", [letter, ...others].slice(0, MAX_LETTERS));
  }

  /** Keeps the closed orders within bounds, the longest closed going first. */
  #forgetOldest(): void {
    const orders = this.#next.orders;
    if (orders.size <= MAX_CLOSED) return;
    const closed = [...orders.values()].filter(isClosed);
    if (closed.length <= MAX_CLOSED) return;
    closed.sort((a, b) => standingSince(a) - standingSince(b));
    const kept = this.#map("orders");
    for (const order of closed.slice(0, closed.length - MAX_CLOSED)) kept.delete(order.id);
  }

  /** An open emergency is never forgotten; of the closed ones the newest are kept. */
  #forgetOldIncidents(): void {
    const closed = [...this.#next.incidents.values()].filter((i) => i.stage === "closed");
    if (closed.length <= MAX_CLOSED_INCIDENTS) return;
    closed.sort((a, b) => a.opened_at.localeCompare(b.opened_at));
    const kept = this.#map("incidents");
    for (const incident of closed.slice(0, closed.length - MAX_CLOSED_INCIDENTS)) kept.delete(incident.id);
  }

  #set<K extends keyof World>(key: K, value: World[K]): void {
    this.#next = { ...this.#next, [key]: value };
  }

  #map<K extends MapKey>(key: K): Map<string, Of<World[K]>> {
    if (!this.#own.has(key)) {
      this.#own.add(key);
      this.#next = { ...this.#next, [key]: new Map(this.#next[key] as ReadonlyMap<string, unknown>) };
    }
    return this.#next[key] as unknown as Map<string, Of<World[K]>>;
  }
}

type MapKey = "orders" | "caregivers" | "presences" | "positions" | "services" | "incidents";
type Of<M> = M extends ReadonlyMap<string, infer V> ? V : never;
