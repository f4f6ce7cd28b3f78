/** The routes of the contract, answered from the generated district. */
import type { IncomingMessage, ServerResponse } from "node:http";

import type { Actor, Answering, CaregiverListed, Channels, CommandBody, DeviceShares, Duty, ElderListed, Me, Near, Order, Page, PlaceOrder, PositionReport } from "../src/contract.ts";
import type { MealBody } from "../src/meals/contract.ts";
import { people } from "../src/store/order.ts";
import { Refusal } from "./apply.ts";
import { STREETS } from "./people.ts";
import { sample, type Taking } from "./registry.ts";
import { metresBetween } from "./roads.ts";
import type { Context } from "./server.ts";
import { SERVICES } from "./services.ts";

const NOBODY_PRESSED: Answering = {
  hours: 24,
  alarms: 0,
  answered: 0,
  unanswered: 0,
  longest_wait: null,
  within_10: null,
  within_60: null,
  within_180: null,
  p50: null,
  p95: null,
  last_10_minutes: 0,
};

const ABOUT = { organisations: "organisation", facilities: "facility", rosters: "roster", plans: "plan" } as const;
/** What the contract's samples say about an elder. */
const ELIGIBILITY = { assessment: sample("eligibility-reply"), balances: sample("balance-reply") };

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
      return [200, { id: "jiayuguan", name: "嘉峪关市", name_en: "Jiayuguan", bounds: d.roads.map.bounds, clock: { now: d.instant(), speed: c.speed }, streets: STREETS, services: SERVICES, accounts: false, demo: true, attribution: "generated streets" }];
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
      return [200, page([...d.caregivers].filter(([id, c0]) => found(query, id, c0.name)).map(([id, c0]): CaregiverListed => ({ ...c0, ...optional("presence", d.presences.get(id)), ...optional("position", d.positions.get(id)) })), query)];
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
      return [200, page(d.letters.filter((l) => !l.settled), query)];
    case "GET dead-letters/…":
      return [200, { ...letter(c, path[1]), message: letter(c, path[1]).payload }];
    case "POST dead-letters/…": {
      const found = letter(c, path[1]);
      if (found.settled) throw new Refusal(409, "letter_settled", "somebody saw to it");
      const how = path[2] === "deliver" ? "redelivered" : "dismissed";
      found.settled = { how, by: actor, at: d.instant(), ...optional("reason", (body as { reason?: string }).reason) };
      d.emit({ event: "dead_letter", letter: found });
      c.accounts.note(me, how === "dismissed" ? "letter_dismissed" : "letter_redelivered", String(found.id), {});
      return [200, found];
    }
    case "GET users":
      return [200, page(only(me, "supervisor") && c.accounts.list(), query)];
    case "POST users":
      return [201, only(me, "supervisor") && c.accounts.create(me, body as object)];
    case "POST users/…":
      return [200, only(me, "supervisor") && c.accounts.reset(me, path[1] ?? "")];
    case "PATCH users/…":
      return [200, only(me, "supervisor") && c.accounts.change(me, path[1] ?? "", body as object)];
    // The generated district has no call buttons: nobody has pressed one.
    case "GET incidents/…":
      if (path[1] === "figures") return [200, NOBODY_PRESSED];
      throw new Refusal(404, "not_found", "there are no incidents here");
    case "GET outreach":
      return [200, { configured: [], missing: ["push", "sms_smpp", "sms_http", "call", "mail"], duty: false } satisfies Channels];
    case "GET devices/…":
      return [200, { streets: [], outages: [] } satisfies DeviceShares];
    case "GET organisations":
    case "GET facilities":
    case "GET rosters":
    case "GET plans":
      return [200, c.registry.list(path[0] as string, me, query)];
    case "POST organisations/…":
    case "POST facilities/…":
    case "POST rosters/…":
    case "POST plans/…":
      return [200, c.registry.take(ABOUT[path[0] as keyof typeof ABOUT], path[1] as string, me, body as Taking, key ?? d.newId("step"))];
    case "GET meals/…":
      if (path[1] !== "rounds") throw new Refusal(404, "not_found", `${path[1]} is not here`);
      return [200, c.meals.rounds(query)];
    case "POST meals/…":
      if (path[1] !== "orders") throw new Refusal(404, "not_found", `${path[1]} is not here`);
      return [200, c.meals.command(path[2] as string, me, body as MealBody)];
    case "GET elders/…":
      if (path[2] !== "eligibility") throw new Refusal(404, "not_found", `${path[2]} is not here`);
      return [200, ELIGIBILITY];
    case "GET audit":
      return [200, page(only(me, "supervisor", "auditor") && c.accounts.audit, query)];
    default:
      throw new Refusal(404, "not_found", `${route} is not here`);
  }
}

function letter(c: Context, id: string | undefined) {
  const found = c.district.letters.find((l) => String(l.id) === id);
  if (!found) throw new Refusal(404, "unknown_letter", `there is no letter ${id}`);
  return found;
}

function only(me: Me, ...roles: Me["role"][]): true {
  if (roles.includes(me.role)) return true;
  throw new Refusal(403, "not_allowed", `the role ${me.role} may not`);
}

function signIn(c: Context, body: { user: string; password: string }, response: ServerResponse): void {
  const caregiver = c.district.caregivers.get(body.user);
  const desk = ["operator", "supervisor", "auditor", "front_desk", "bureau", "courier"].find((role) => role === body.user) as Me["role"] | undefined;
  // The elder of the first file, and her daughter.
  const elder = body.user === "elder" ? [...c.district.elders.values()][0] : undefined;
  const role = caregiver ? "caregiver" : elder ? "elder" : desk;
  const right = role !== undefined && body.password === role;
  if (!right || !role) throw new Refusal(401, "invalid_credentials", "the account or the password is wrong");
  const me: Me = {
    user: body.user,
    role,
    district: "jiayuguan",
    scope: { street: null, community: null },
    caregiver: caregiver ? body.user : null,
    elder: elder?.profile.id ?? null,
    display_name: caregiver?.name ?? elder?.name ?? "值班员",
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
