/**
 * A generated district in memory that answers the contract for development and browser tests. It knows far less than
 * the real services: no leases, no certificates by the minute, no joint match.
 */
import type {
  Accepted,
  Actor,
  CaregiverProfile,
  CommandBody,
  DeadLetter,
  Decision,
  Duty,
  ElderProfile,
  Happening,
  Kpi,
  LiveEvent,
  Order,
  OrderFacts,
  PlaceOrder,
  Position,
  Presence,
  ServiceStatus,
  Snapshot,
  Stage,
} from "../src/contract.ts";
import { isClosed, people } from "../src/store/order.ts";
import { applyAction, Refusal } from "./apply.ts";
import { decide } from "./match.ts";
import { generateCaregivers, generateElders, type Named } from "./people.ts";
import { seeded, type Random } from "./random.ts";
import { generateRoads, type Roads } from "./roads.ts";
import { requirement } from "./services.ts";

export interface DistrictOptions {
  caregivers: number;
  elders: number;
  seed: number;
  now: number;
}

const OFFER_SECONDS = 90;

export class DevDistrict {
  readonly roads: Roads = generateRoads();
  readonly random: Random;
  readonly elders: Map<string, Named<ElderProfile>>;
  readonly caregivers: Map<string, Named<CaregiverProfile>>;
  readonly presences = new Map<string, Presence>();
  readonly positions = new Map<string, Position>();
  readonly orders = new Map<string, Order>();
  readonly decisions = new Map<string, Decision[]>();
  readonly services = new Map<string, ServiceStatus>();
  readonly letters: DeadLetter[] = [];
  /** Every command as it arrived, for tests that count. */
  readonly received: { order: string; command: CommandBody; actor: Actor }[] = [];
  readonly #applied = new Map<string, string>();
  readonly #listeners = new Set<(event: LiveEvent) => void>();
  sequence = 1000;
  now: number;
  #ids = 0;

  constructor(options: DistrictOptions) {
    this.random = seeded(options.seed);
    this.now = options.now;
    this.elders = byId(generateElders(this.random, this.roads, options.elders));
    this.caregivers = byId(generateCaregivers(this.random, options.caregivers, options.now));
    for (const service of ["dispatch", "caregiver-location", "registry"]) {
      this.services.set(service, { service, up: true, since: this.instant() });
    }
    for (const id of this.caregivers.keys()) this.presences.set(id, this.#presence(id, "off"));
  }

  listen(listener: (event: LiveEvent) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  emit(event: LiveEvent): void {
    for (const listener of this.#listeners) listener(event);
  }

  instant(ms = this.now): string {
    return new Date(ms).toISOString();
  }

  newId(prefix: string): string {
    return `${prefix}-${(++this.#ids).toString(36).padStart(5, "0")}`;
  }

  snapshot(): Snapshot {
    return {
      sequence: this.sequence,
      at: this.instant(),
      orders: [...this.orders.values()],
      caregivers: [...this.caregivers.values()].map((c) => c.profile),
      presences: [...this.presences.values()],
      positions: [...this.positions.values()],
      kpi: this.kpi(),
      services: [...this.services.values()],
      dead_letters: this.letters,
    };
  }

  place(body: PlaceOrder, actor: Actor, command: string): Accepted {
    const known = this.#applied.get(command);
    if (known) return this.#answer(known, true);
    const elder = this.elders.get(body.elder)?.profile;
    if (!elder) throw new Refusal(404, "unknown_elder", `there is no elder ${body.elder}`);
    const id = this.newId("o");
    const window = body.window ?? { earliest: this.instant(), latest: this.instant(this.now + 3_600_000) };
    if (Date.parse(window.latest) < this.now) throw new Refusal(422, "window_past", "the window lies in the past");
    const ahead = Date.parse(window.earliest) - 30 * 60_000 > this.now;
    const facts: OrderFacts = {
      id,
      district: "jiayuguan",
      elder: elder.id,
      place: elder.place,
      street: elder.street,
      community: elder.community,
      arrival_radius: elder.arrival_radius,
      service: body.service,
      requirement: requirement(body.service, body.family_present ?? false, body.minutes),
      family_present: body.family_present ?? false,
      window,
      priority: body.urgency === "emergency" ? "emergency" : body.urgency === "urgent" ? "urgent" : elder.priority_classes.length > 0 ? "guaranteed" : "ordinary",
      created_at: this.instant(),
      created_by: actor,
      revision: 0,
      tries: 0,
      dispatch_overdue: false,
      acceptance_overdue: false,
      timeline: [{ at: this.instant(), by: actor, command, what: "created" }],
    };
    const retry_at = ahead ? this.instant(Date.parse(window.earliest) - 30 * 60_000) : this.instant();
    const order: Order = { ...facts, stage: "waiting", since: this.instant(), retry_at };
    if (ahead) order.timeline.push({ at: this.instant(), by: { role: "system" }, what: "scheduled", release_at: retry_at });
    this.#applied.set(command, id);
    this.commit(ahead ? order : this.match(order));
    return this.#answer(id, false);
  }

  command(id: string, command: CommandBody, actor: Actor, caregiver: string | null): Accepted {
    this.received.push({ order: id, command, actor });
    if (this.#applied.has(command.id)) return this.#answer(id, true);
    const order = this.orders.get(id);
    if (!order) throw new Refusal(404, "unknown_order", `there is no order ${id}`);
    const seen = command.if_revision;
    if (seen !== undefined && seen !== order.revision) throw new Refusal(409, "stale_revision", `the order changed meanwhile (revision ${order.revision}, you saw ${seen})`);
    const next = applyAction(structuredClone(order), command, { actor, caregiver, now: this.now, decide: (o, chosen) => this.#decided(o, chosen) });
    this.#applied.set(command.id, id);
    this.commit(next.stage === "waiting" && next.shortage === undefined && Date.parse(next.retry_at) <= this.now ? this.match(next) : next);
    return this.#answer(id, false);
  }

  /** Offers a waiting order to the best free people, or says why not. */
  match(order: Order): Order {
    if (order.stage !== "waiting") return order;
    const decision = this.#decided(order, null);
    const taken = order.seats ?? [];
    const best = decision.ranked.find((r) => decision.chosen.every((c) => r.team.includes(c)));
    if (decision.chosen.length === 0 || !best) {
      const { seats: _, ...rest } = order;
      const shortage = decision.shortage ?? "all_busy";
      const stage: Order = { ...rest, stage: "waiting", since: order.since, shortage, retry_at: this.instant(this.now + 60_000) };
      return order.shortage === shortage ? stage : this.note(stage, { what: "waiting", shortage, decision: decision.id });
    }
    const seats = decision.chosen.map((caregiver) => ({
      offer: this.newId("f"),
      caregiver,
      offered_at: this.instant(),
      expires_at: this.instant(this.now + OFFER_SECONDS * 1000),
      start: best.start,
      ...(best.legs[best.team.indexOf(caregiver)] ? { leg: best.legs[best.team.indexOf(caregiver)] } : {}),
    }));
    const stage: Stage = { stage: "offered", since: order.since, seats: [...taken, ...seats], decision: { id: decision.id, method: decision.method } };
    return this.note({ ...factsOf(order), ...stage, tries: order.tries + 1 }, { what: "offered", to: decision.chosen, decision: decision.id });
  }

  note(order: Order, what: Happening, by: Actor = { role: "system" }): Order {
    return { ...order, timeline: [...order.timeline, { at: this.instant(), by, ...what }] };
  }

  commit(order: Order): void {
    const next = { ...order, revision: order.revision + 1 };
    this.orders.set(next.id, next);
    this.sequence += 1;
    const last = next.timeline.at(-1)?.what ?? "changed";
    this.emit({ event: "order", sequence: this.sequence, kind: `care.order.${last}.v1`, at: this.instant(), order: next });
  }

  duty(caregiver: string, duty: Duty, command: string): Presence {
    if (!this.#applied.has(command)) {
      this.#applied.set(command, caregiver);
      this.setPresence(this.#presence(caregiver, duty));
      if (duty === "off") this.positions.delete(caregiver);
    }
    return this.presences.get(caregiver) ?? this.#presence(caregiver, duty);
  }

  setPresence(presence: Presence): void {
    this.presences.set(presence.caregiver, presence);
    this.emit({ event: "presence", presence });
  }

  move(positions: Position[]): void {
    for (const position of positions) {
      this.positions.set(position.caregiver, position);
      const presence = this.presences.get(position.caregiver);
      if (presence && presence.duty !== "off" && presence.signal !== "fresh") {
        this.setPresence({ ...presence, signal: "fresh", signal_since: this.instant() });
      }
    }
    if (positions.length > 0) this.emit({ event: "positions", positions });
  }

  kpi(): Kpi {
    const orders = [...this.orders.values()];
    const count = (...stages: string[]) => orders.filter((o) => stages.includes(o.stage)).length;
    const until = (o: Order, what: string) => o.timeline.find((e) => e.what === what)?.at;
    const accept = orders.flatMap((o) => {
      const [a, b] = [until(o, "offered"), until(o, "accepted")];
      return a && b ? [Date.parse(b) - Date.parse(a)] : [];
    });
    accept.sort((a, b) => a - b);
    const at = (q: number) => (accept.length > 0 ? (accept[Math.floor((accept.length - 1) * q)] ?? null) : null);
    const begun = orders.flatMap((o) => ("started_at" in o ? [o.started_at <= o.window.latest] : []));
    const on = [...this.presences.values()].filter((p) => p.duty !== "off");
    return {
      waiting: count("waiting"),
      offered: count("offered"),
      underway: count("accepted", "en_route", "arrived", "in_service"),
      done: count("done", "confirmed"),
      at_desk: count("at_desk"),
      offer_p50_ms: orders.length > 0 ? 4 : null,
      offer_p95_ms: orders.length > 0 ? 11 : null,
      accept_p50_ms: at(0.5),
      accept_p95_ms: at(0.95),
      on_time: begun.length > 0 ? begun.filter(Boolean).length / begun.length : null,
      on_shift: on.length,
      stale: on.filter((p) => p.signal === "stale" || p.signal === "lost").length,
      stars: orders.some((o) => o.stage === "confirmed" && o.stars) ? 4.8 : null,
    };
  }

  /** Open orders this person is asked for, coming to or serving. */
  busyWith(caregiver: string): Order[] {
    return [...this.orders.values()].filter((o) => !isClosed(o) && people(o).includes(caregiver));
  }

  #decided(order: Order, byHand: string[] | null): Decision {
    const decision = decide(this, order, byHand);
    const known = this.decisions.get(order.id) ?? [];
    this.decisions.set(order.id, [...known, decision].slice(-12));
    return decision;
  }

  #answer(id: string, repeated: boolean): Accepted {
    return { order: this.orders.get(id) as Order, sequence: this.sequence, repeated };
  }

  #presence(caregiver: string, duty: Duty): Presence {
    const known = this.presences.get(caregiver);
    const signal = duty === "off" ? "none" : (known?.signal ?? "none");
    return { caregiver, duty, duty_since: this.instant(), signal, signal_since: known?.signal_since ?? this.instant() };
  }
}

/** The order without what belongs to its stage. */
export function factsOf(order: Order): OrderFacts {
  const { id, district, elder, place, street, community, arrival_radius, service, requirement: needs, family_present } = order;
  const { window, priority, created_at, created_by, revision, tries, ruled_out, applications, timeline } = order;
  return {
    ...{ id, district, elder, place, street, community, arrival_radius, service, requirement: needs, family_present },
    ...{ window, priority, created_at, created_by, revision, tries, timeline },
    ...(ruled_out ? { ruled_out } : {}),
    ...(applications ? { applications } : {}),
    dispatch_overdue: order.dispatch_overdue,
    acceptance_overdue: order.acceptance_overdue,
  };
}

function byId<P extends { id: string }>(items: Named<P>[]): Map<string, Named<P>> {
  return new Map(items.map((item) => [item.profile.id, item]));
}
