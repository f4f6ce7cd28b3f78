/** The live stream of the generated district: snapshot, deltas by sequence, resume, reset. */
import type { ServerResponse } from "node:http";

import type { LiveEvent, Me, Order } from "../src/contract.ts";
import { people } from "../src/store/order.ts";
import type { DevDistrict } from "./district.ts";

const KEPT = 500;

export class Hub {
  readonly #d: DevDistrict;
  readonly #clients = new Map<ServerResponse, Me>();
  readonly #log: { sequence: number; event: LiveEvent }[] = [];
  readonly #ping: NodeJS.Timeout;

  constructor(district: DevDistrict) {
    this.#d = district;
    district.listen((event) => {
      if (event.event === "order") {
        this.#log.push({ sequence: event.sequence, event });
        if (this.#log.length > KEPT) this.#log.shift();
      }
      for (const [client, me] of this.#clients) send(client, me, event);
    });
    this.#ping = setInterval(() => {
      for (const client of this.#clients.keys()) client.write(": ping\n\n");
      for (const [client, me] of this.#clients) send(client, me, { event: "kpi", kpi: district.kpi() });
    }, 2000);
  }

  join(client: ServerResponse, me: Me, cursor: string | undefined): void {
    client.writeHead(200, { "content-type": "text/event-stream", "cache-control": "no-store", "x-accel-buffering": "no" });
    client.write(": hello\n\n");
    const from = cursor === undefined ? NaN : Number(cursor);
    const oldest = this.#log[0]?.sequence ?? this.#d.sequence + 1;
    if (Number.isFinite(from) && from + 1 < oldest && from !== this.#d.sequence) send(client, me, { event: "reset", reason: "cursor_too_old" });
    else if (Number.isFinite(from)) for (const { sequence, event } of this.#log) if (sequence > from) send(client, me, event);
    if (!Number.isFinite(from)) send(client, me, { event: "snapshot", ...this.#d.snapshot() });
    this.#clients.set(client, me);
    client.on("close", () => this.#clients.delete(client));
  }

  /** Cuts every client off, as a restart would. */
  cut(reason?: string): void {
    for (const [client, me] of this.#clients) {
      if (reason) {
        send(client, me, { event: "reset", reason });
        client.end();
      } else client.destroy();
    }
    this.#clients.clear();
  }

  close(): void {
    clearInterval(this.#ping);
    this.cut();
  }
}

function send(client: ServerResponse, me: Me, event: LiveEvent): void {
  const seen = visible(me, event);
  if (!seen) return;
  const id = seen.event === "order" || seen.event === "snapshot" ? `id: ${seen.sequence}\n` : "";
  client.write(`event: ${seen.event}\n${id}data: ${JSON.stringify(seen)}\n\n`);
}

/** Caregivers and elders see their own; everyone else sees all. */
function visible(me: Me, event: LiveEvent): LiveEvent | null {
  if (me.elder) return elders(me.elder, event);
  const own = me.caregiver;
  if (!own) return event;
  const mine = (o: Order) => people(o).includes(own) || (o.ruled_out ?? []).some((r) => r.caregiver === own) || o.timeline.some((e) => "caregiver" in e && e.caregiver === own);
  switch (event.event) {
    case "snapshot":
      return {
        ...event,
        orders: event.orders.filter(mine),
        caregivers: event.caregivers.filter((c) => c.id === own),
        presences: event.presences.filter((p) => p.caregiver === own),
        positions: event.positions.filter((p) => p.caregiver === own),
        dead_letters: [],
      };
    case "order":
      return mine(event.order) ? event : null;
    case "presence":
      return event.presence.caregiver === own ? event : null;
    case "positions": {
      const positions = event.positions.filter((p) => p.caregiver === own);
      return positions.length > 0 ? { ...event, positions } : null;
    }
    case "dead_letter":
    case "caregiver":
      return null;
    default:
      return event;
  }
}

function elders(elder: string, event: LiveEvent): LiveEvent | null {
  switch (event.event) {
    case "snapshot":
      return { ...event, orders: event.orders.filter((o) => o.elder === elder), caregivers: [], presences: [], positions: [], dead_letters: [] };
    case "order":
      return event.order.elder === elder ? event : null;
    case "reset":
    case "kpi":
      return event;
    default:
      return null;
  }
}
