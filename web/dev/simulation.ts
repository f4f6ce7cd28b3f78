/** Plays the people of the generated district: orders come in, caregivers answer, travel, serve. */
import type { CommandBody, Order, OrderAction, Place, Position, Presence } from "../src/contract.ts";
import { member, pendingSeat, seats, visit } from "../src/store/order.ts";
import { Refusal, vacated } from "./apply.ts";
import { factsOf, type DevDistrict } from "./district.ts";
import { between, pick } from "./random.ts";
import { metresBetween } from "./roads.ts";
import { SERVICES } from "./services.ts";

interface Walker {
  line: Place[];
  along: number;
}

export class Simulation {
  readonly #d: DevDistrict;
  readonly #ways = new Map<string, Walker>();
  readonly #due = new Map<string, number>();
  /** Caregivers that a person plays through the app. */
  readonly manual = new Set<string>();
  /** Orders per simulated hour. */
  rate: number;
  #nextOrder = 0;

  constructor(district: DevDistrict, rate: number) {
    this.#d = district;
    this.rate = rate;
    for (const id of district.caregivers.keys()) this.#start(id);
  }

  #start(id: string): void {
    const node = pick(this.#d.random, this.#d.roads.nodes.filter((n) => n.next.length > 0));
    this.#d.duty(id, "on", this.#d.newId("duty"));
    this.#d.move([{ caregiver: id, at: this.#d.instant(), place: node.place, battery: 40 + Math.floor(this.#d.random() * 60) }]);
  }

  /** Advances by so many milliseconds of the district's clock. */
  advance(ms: number): void {
    this.#d.now += ms;
    if (this.rate > 0 && this.#d.now >= this.#nextOrder) this.#newOrder();
    for (const order of [...this.#d.orders.values()]) this.#play(order);
    this.#walk(ms);
  }

  #newOrder(): void {
    const r = this.#d.random;
    this.#nextOrder = this.#d.now + (-Math.log(1 - r()) * 3_600_000) / this.rate;
    const urgency = r() < 0.03 ? "emergency" : r() < 0.1 ? "urgent" : "normal";
    const later = r() < 0.15 ? this.#d.now + between(r, 1.5, 6) * 3_600_000 : null;
    const window = later ? { window: { earliest: this.#d.instant(later), latest: this.#d.instant(later + 3_600_000) } } : {};
    const elder = pick(r, [...this.#d.elders.keys()]);
    const service = urgency === "emergency" ? "urgent_help" : pick(r, SERVICES).kind;
    this.#d.place({ elder, service, urgency, ...window }, { role: "front_desk", user: "front-1" }, this.#d.newId("cmd"));
  }

  /** Once per order and moment: something due in so many seconds happens. */
  #after(key: string, low: number, high: number): boolean {
    const due = this.#due.get(key);
    if (due === undefined) {
      this.#due.set(key, this.#d.now + between(this.#d.random, low, high) * 1000);
      return false;
    }
    if (due > this.#d.now) return false;
    this.#due.delete(key);
    return true;
  }

  #play(order: Order): void {
    const d = this.#d;
    if (order.stage === "waiting") {
      if (Date.parse(order.retry_at) > d.now) return;
      if (order.tries >= 4) return d.commit(d.note({ ...factsOf(order), stage: "at_desk", since: d.instant(), reason: "tries_exhausted" }, { what: "handed_back", reason: "tries_exhausted" }));
      const overdue = !order.dispatch_overdue && d.now - Date.parse(order.since) > 300_000;
      return d.commit(d.match(overdue ? d.note({ ...order, dispatch_overdue: true }, { what: "overdue", limit: "dispatch" }) : order));
    }
    for (const seat of seats(order)) {
      if (seat.accepted_at) continue;
      if (Date.parse(seat.expires_at) <= d.now) return this.#expire(order, seat.caregiver);
      if (!this.manual.has(seat.caregiver) && this.#after(`${seat.offer}`, 6, 70)) return this.#answer(order, seat.caregiver);
    }
    for (const m of visit(order)?.team ?? []) if (!this.manual.has(m.caregiver)) this.#visit(order, m.caregiver);
  }

  #expire(order: Order, caregiver: string): void {
    const next = structuredClone(order);
    const stage = vacated(next, caregiver, this.#d.now, "timed_out");
    this.#d.commit(this.#d.match(this.#d.note({ ...factsOf(next), ...stage, acceptance_overdue: true }, { what: "timed_out", caregiver })));
  }

  #answer(order: Order, caregiver: string): void {
    const offer = pendingSeat(order, caregiver)?.offer ?? "";
    const roll = this.#d.random();
    if (roll < 0.84) this.#do(order, caregiver, { action: "accept", offer });
    else if (roll < 0.95) this.#do(order, caregiver, { action: "decline", offer, reason: pick(this.#d.random, ["too_far", "busy", "not_able"] as const) });
  }

  #visit(order: Order, caregiver: string): void {
    const me = member(order, caregiver);
    const key = `${order.id}/${caregiver}/${order.stage}`;
    const lead = visit(order)?.team[0]?.caregiver === caregiver;
    if (order.stage === "accepted" || (order.stage === "en_route" && !me?.departed_at)) {
      if (this.#after(key, 15, 150)) this.#do(order, caregiver, { action: "depart" });
    } else if (order.stage === "en_route" && !me?.arrived_at) {
      const from = this.#d.positions.get(caregiver)?.place;
      if (from && !this.#ways.has(caregiver)) {
        if (metresBetween(from, order.place) < 60) this.#do(order, caregiver, { action: "arrive", place: from });
        else this.#ways.set(caregiver, { line: this.#d.roads.path(from, order.place).line, along: 0 });
      }
    } else if (!lead) return;
    else if (order.stage === "arrived") {
      if (this.#after(key, 40, 120)) {
        if (this.#d.random() < 0.03) this.#do(order, caregiver, { action: "no_show" });
        else this.#do(order, caregiver, { action: "start", verification: { method: "face", receipt: `R${this.#d.newId("v")}` } });
      }
    } else if (order.stage === "in_service") {
      const length = order.requirement.duration;
      if (this.#after(`${key}/apply`, length * 0.5, length * 30)) this.#do(order, caregiver, { action: "apply", change: { change: "add", minutes: 15 }, reason: "老人需要更多时间" });
      if (this.#after(key, length * 0.85, length * 1.1)) this.#do(order, caregiver, { action: "finish" });
    } else if (order.stage === "done") {
      if (this.#after(key, 20, 200)) this.#do(order, caregiver, { action: "confirm", verification: { method: "card" } });
    }
  }

  #do(order: Order, caregiver: string, action: OrderAction): void {
    const command = { id: this.#d.newId("cmd"), ...action } as CommandBody;
    try {
      this.#d.command(order.id, command, { role: "caregiver", user: caregiver }, caregiver);
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
    }
  }

  #walk(ms: number): void {
    const moved: Position[] = [];
    for (const [id, walker] of this.#ways) {
      const known = this.#d.positions.get(id);
      if (!known || this.#d.presences.get(id)?.signal === "lost") continue;
      walker.along += (5.2 * ms) / 1000;
      const place = along(walker);
      if (place === null) this.#ways.delete(id);
      moved.push({ ...known, at: this.#d.instant(), place: place ?? (walker.line.at(-1) as Place) });
    }
    this.#d.move(moved);
  }

  /** A few people on a break, stale or lost, as on any day. */
  disturb(): void {
    const set = (index: number, change: Partial<Presence>) => {
      const id = `c-${String(index).padStart(2, "0")}`;
      const presence = this.#d.presences.get(id);
      if (presence) this.#d.setPresence({ ...presence, ...change, signal_since: this.#d.instant(this.#d.now - 400_000) });
    };
    set(5, { duty: "break" });
    set(17, { duty: "break" });
    set(9, { signal: "stale" });
    set(23, { signal: "stale" });
    set(31, { signal: "lost" });
  }
}

function along(walker: Walker): Place | null {
  let left = walker.along;
  for (let i = 1; i < walker.line.length; i++) {
    const [a, b] = [walker.line[i - 1] as Place, walker.line[i] as Place];
    const metres = metresBetween(a, b);
    if (left <= metres) return { lon: a.lon + ((b.lon - a.lon) * left) / (metres || 1), lat: a.lat + ((b.lat - a.lat) * left) / (metres || 1) };
    left -= metres;
  }
  return null;
}
