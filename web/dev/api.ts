/** The routes of the contract, answered from the generated district. */
import type { IncomingMessage, ServerResponse } from "node:http";

import type { Actor, CaregiverListed, CommandBody, Duty, ElderListed, Me, Near, Order, Page, PlaceOrder, PositionReport } from "../src/contract.ts";
import { people } from "../src/store/order.ts";
import { Refusal } from "./apply.ts";
import { STREETS } from "./people.ts";
import { metresBetween } from "./roads.ts";
import type { Context } from "./server.ts";
import { SERVICES } from "./services.ts";

const sessions = new Map<string, Me>();

export async function answer(c: Context, request: IncomingMessage, response: ServerResponse, url: URL): Promise<void> {
  const method = request.method ?? "GET";
  const body = method === "GET" || method === "DELETE" ? undefined : await read(request);
  const path = url.pathname.replace("/api/v1/", "").split("/").map(decodeURIComponent);
  const route = `${method} ${path[0]}${path.length > 1 ? "/…" : ""}`;
  if (route === "POST session" && path.length === 1) return signIn(c, body as { user: string; password: string }, response);
  const token = /care_session=([^;]+)/.exec(request.headers.cookie ?? "")?.[1] ?? "";
  const me = sessions.get(token);
  if (!me) throw new Refusal(401, "unauthenticated", "sign in first");
  if (method !== "GET" && request.headers["x-care-request"] !== "1") throw new Refusal(403, "csrf", "X-Care-Request is missing");
  if (route === "GET live") return c.hub.join(response, me, (request.headers["last-event-id"] as string | undefined) ?? url.searchParams.get("cursor") ?? undefined);
  if (route === "DELETE session") {
    sessions.delete(token);
    response.writeHead(204).end();
    return;
  }
  const [status, value] = reply(c, me, route, path, url.searchParams, body, request);
  if (path[0] === "map") {
    const tag = `"${c.district.roads.map.ways.length}"`;
    response.setHeader("etag", tag);
    if (request.headers["if-none-match"] === tag) return void response.writeHead(304).end();
  }
  response.writeHead(status, { "content-type": "application/json" });
  response.end(JSON.stringify(value));
}

function reply(c: Context, me: Me, route: string, path: string[], query: URLSearchParams, body: unknown, request: IncomingMessage): [number, unknown] {
  const d = c.district;
  const actor: Actor = { role: me.role, user: me.user };
  const key = request.headers["idempotency-key"] as string | undefined;
  const order = (): Order => {
    const found = d.orders.get(path[1] ?? "");
    if (!found) throw new Refusal(404, "unknown_order", `there is no order ${path[1]}`);
    return found;
  };
  switch (route) {
    case "POST session/…":
      return [200, { token: "-", expires_at: new Date(Date.now() + 900_000).toISOString(), me }];
    case "GET me":
      return [200, me];
    case "GET district":
      return [200, { id: "jiayuguan", name: "嘉峪关市", name_en: "Jiayuguan", bounds: d.roads.map.bounds, clock: { now: d.instant(), speed: c.speed }, streets: STREETS, services: SERVICES, demo: true, attribution: "generated streets" }];
    case "GET map":
      return [200, d.roads.map];
    case "GET kpi":
      return [200, d.kpi()];
    case "POST orders":
      return [201, d.place(body as PlaceOrder, actor, key ?? d.newId("cmd"))];
    case "GET orders":
      return [200, page([...d.orders.values()].filter((o) => matches(o, me, query)), query)];
    case "GET orders/…":
      if (path[2] === "decisions") return [200, { items: d.decisions.get(order().id) ?? [] }];
      if (path[2] === "route") return [200, way(c, order(), query.get("caregiver") ?? me.caregiver ?? "")];
      return [200, order()];
    case "POST orders/…":
      return [200, d.command(order().id, { id: key ?? d.newId("cmd"), ...(body as object) } as CommandBody, actor, me.caregiver)];
    case "GET caregivers":
      return [200, page([...d.caregivers].map(([id, c0]): CaregiverListed => ({ ...c0, ...optional("presence", d.presences.get(id)), ...optional("position", d.positions.get(id)) })), query)];
    case "GET elders":
      return [200, page([...d.elders.values()].filter((e): e is ElderListed & { name: string } => found(query, e.profile.id, e.name)), query)];
    case "GET nearest":
      return [200, { found: near(c, query) }];
    case "POST duty": {
      const { id, caregiver, duty } = body as { id?: string; caregiver?: string; duty: Duty };
      return [200, d.duty(me.caregiver ?? caregiver ?? "", duty, id ?? d.newId("duty"))];
    }
    case "POST positions": {
      const { fixes } = body as PositionReport;
      const last = fixes.at(-1);
      if (last && me.caregiver) d.move([{ caregiver: me.caregiver, at: last.at, place: { lon: last.lon, lat: last.lat } }]);
      return [202, { accepted: fixes.length }];
    }
    case "POST caregivers/…":
      return [200, { url: "https://care.example/osmand", id: `trk-${me.caregiver}` }];
    case "GET dead-letters":
      return [200, page(d.letters, query)];
    default:
      throw new Refusal(404, "not_found", `${route} is not here`);
  }
}

function signIn(c: Context, body: { user: string; password: string }, response: ServerResponse): void {
  const caregiver = c.district.caregivers.get(body.user);
  const desk = ["operator", "supervisor", "auditor"].find((role) => role === body.user) as Me["role"] | undefined;
  const right = caregiver ? body.password === "caregiver" : desk !== undefined && body.password === desk;
  if (!right) throw new Refusal(401, "invalid_credentials", "the account or the password is wrong");
  const me: Me = {
    user: body.user,
    role: caregiver ? "caregiver" : (desk as Me["role"]),
    district: "jiayuguan",
    scope: { street: null, community: null },
    caregiver: caregiver ? body.user : null,
    elder: null,
    display_name: caregiver?.name ?? "值班员",
  };
  if (caregiver) c.simulation.manual.add(body.user);
  const token = `t${Math.random().toString(36).slice(2)}`;
  sessions.set(token, me);
  response.writeHead(200, { "content-type": "application/json", "set-cookie": `care_session=${token}; HttpOnly; SameSite=Strict; Path=/` });
  response.end(JSON.stringify({ token, expires_at: new Date(Date.now() + 900_000).toISOString(), me }));
}

function matches(o: Order, me: Me, query: URLSearchParams): boolean {
  if (me.caregiver && !people(o).includes(me.caregiver)) return false;
  const [stage, elder] = [query.get("stage"), query.get("elder")];
  return (!stage || o.stage === stage) && (!elder || o.elder === elder) && found(query, o.id, o.elder);
}

const found = (query: URLSearchParams, ...texts: string[]) => texts.some((t) => t.includes(query.get("q") ?? ""));

function way(c: Context, order: Order, caregiver: string) {
  const from = c.district.positions.get(caregiver)?.place ?? order.place;
  const { line, metres, seconds } = c.district.roads.path(from, order.place);
  return { line: line.map((p) => [p.lon, p.lat]), metres, seconds, source: "network" };
}

function near(c: Context, query: URLSearchParams): Near[] {
  const place = { lon: Number(query.get("lon")), lat: Number(query.get("lat")) };
  return [...c.district.positions.values()]
    .map((p) => ({ caregiver: p.caregiver, place: p.place, at: p.at, distance: Math.round(metresBetween(p.place, place)) }))
    .sort((a, b) => a.distance - b.distance)
    .slice(0, Number(query.get("k") ?? 10))
    .map((n) => ({ ...n, leg: { seconds: Math.round((n.distance * 1.3) / 4.6), metres: Math.round(n.distance * 1.3), source: "network" as const } }));
}

function page<T>(items: T[], query: URLSearchParams): Page<T> {
  const from = Number(query.get("cursor") ?? 0);
  const limit = Number(query.get("limit") ?? 100);
  return { items: items.slice(from, from + limit), next: from + limit < items.length ? String(from + limit) : null };
}

const optional = <K extends string, V>(key: K, value: V | undefined) => (value === undefined ? {} : ({ [key]: value } as Record<K, V>));

async function read(request: IncomingMessage): Promise<unknown> {
  let text = "";
  for await (const chunk of request) text += chunk;
  return text === "" ? {} : JSON.parse(text);
}
