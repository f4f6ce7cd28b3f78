/** The development server: the contract over a generated district, and the built pages under the production's rules. */
import { readFile } from "node:fs/promises";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { extname, join, normalize } from "node:path";

import { answer } from "./api.ts";
import { Accounts } from "./accounts.ts";
import { Refusal } from "./apply.ts";
import { DevDistrict } from "./district.ts";
import { Hub } from "./hub.ts";
import { DevMeals } from "./meals.ts";
import { DevRegistry } from "./registry.ts";
import { Simulation } from "./simulation.ts";

export interface DevOptions {
  port?: number;
  /** A running day with orders coming in; otherwise nothing happens by itself. */
  busy?: boolean;
  speed?: number;
  caregivers?: number;
  elders?: number;
  /** Orders per simulated hour while busy. */
  rate?: number;
}

export interface DevServer {
  url: string;
  district: DevDistrict;
  simulation: Simulation;
  hub: Hub;
  registry: DevRegistry;
  meals: DevMeals;
  close(): Promise<void>;
}

const CSP = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data: blob:",
  "connect-src 'self'",
  "worker-src 'self'",
  "manifest-src 'self'",
  "base-uri 'none'",
  "form-action 'self'",
  "frame-ancestors 'none'",
].join("; ");
const TYPES: Record<string, string> = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".css": "text/css; charset=utf-8",
  ".svg": "image/svg+xml",
  ".png": "image/png",
  ".webmanifest": "application/manifest+json",
};
const DIST = new URL("../dist/", import.meta.url).pathname;
/** 10:40 in Jiayuguan, a weekday. */
const MORNING = Date.parse("2026-11-23T02:40:00Z");
const WARM_UP_MS = 3.2 * 3_600_000;

export async function startDevServer(options: DevOptions = {}): Promise<DevServer> {
  const speed = options.speed ?? 1;
  const now = options.busy ? MORNING - WARM_UP_MS : Date.now();
  const district = new DevDistrict({ caregivers: options.caregivers ?? 48, elders: options.elders ?? 600, seed: 42, now });
  const simulation = new Simulation(district, options.busy ? (options.rate ?? 52) : 0);
  if (options.busy) warmUp(simulation, district);
  const hub = new Hub(district);
  const accounts = new Accounts([...district.caregivers].map(([id, c]) => [id, c.name]));
  const registry = new DevRegistry(district);
  const meals = new DevMeals();
  const step = 200;
  const clock = setInterval(() => simulation.advance(step * speed), step);
  const server = createServer((request, response) => {
    void handle({ district, hub, simulation, speed, accounts, registry, meals }, request, response);
  });
  await new Promise<void>((resolve) => server.listen(options.port ?? 0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    district,
    simulation,
    hub,
    registry,
    meals,
    close: () => {
      clearInterval(clock);
      hub.close();
      server.closeAllConnections();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
}

function warmUp(simulation: Simulation, district: DevDistrict): void {
  const end = district.now + WARM_UP_MS;
  while (district.now < end) simulation.advance(10_000);
  simulation.disturb();
  district.letters.push({
    id: 1,
    service: "dispatch",
    district: "jiayuguan",
    subject: "care.v1.jiayuguan.profile.elder.e-0412",
    sequence: 812,
    code: "undecodable",
    detail: "missing field `place` at line 1 column 61",
    payload: '{"data":{"elder":{"id":"e-0412","street":"xinhua","community":"xinhua-2"}}}',
    at: district.instant(district.now - 1_500_000),
  });
}

export interface Context {
  district: DevDistrict;
  hub: Hub;
  simulation: Simulation;
  accounts: Accounts;
  registry: DevRegistry;
  meals: DevMeals;
  speed: number;
}

async function handle(context: Context, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const url = new URL(request.url ?? "/", "http://localhost");
  try {
    if (url.pathname.startsWith("/api/")) await answer(context, request, response, url);
    else await page(url.pathname, response);
  } catch (error) {
    const [status, code] = error instanceof Refusal ? [error.status, error.code] : [500, "internal"];
    response.writeHead(status, { "content-type": "application/problem+json" });
    response.end(JSON.stringify({ type: `urn:care:problem:${code}`, code, title: code.replaceAll("_", " "), status, detail: String((error as Error).message) }));
  }
}

/** Every file of `dist` under its own path; `/`, `/caregiver` and `/elder` are the pages. */
async function page(path: string, response: ServerResponse): Promise<void> {
  const clean = path.replace(/\/$/, "");
  const name = clean === "" ? "index.html" : clean === "/caregiver" || clean === "/elder" ? `${clean.slice(1)}/index.html` : normalize(clean).slice(1);
  const body = await readFile(join(DIST, name)).catch(() => null);
  if (body === null) throw new Refusal(404, "not_found", `${path} is not here`);
  response.writeHead(200, {
    "content-type": TYPES[extname(name)] ?? "application/octet-stream",
    "cache-control": name.startsWith("assets/") ? "public, max-age=31536000, immutable" : "no-cache",
    "content-security-policy": CSP,
    "x-content-type-options": "nosniff",
  });
  response.end(body);
}
