/**
 * A real district for a test: nats-server and the `district` program, a small day, accounts with passwords, everything in
 * a folder of its own. `CARE_DISTRICT` names the program, `NATS_SERVER` the server.
 */
import { spawn, type ChildProcess } from "node:child_process";
import { createHmac } from "node:crypto";
import { openSync } from "node:fs";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { createServer, type AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";

import type { Credentials, SignIns } from "./target.ts";

const CAREGIVERS = 8;
const ELDERS = 24;
const PASSWORD = "walks in the rain";
const DISTRICT = "jiayuguan";
const STREETS = [
  { id: "s1", name: "新华街道", communities: [{ id: "s1-c1", name: "新华社区" }] },
  { id: "s2", name: "建设街道", communities: [{ id: "s2-c1", name: "建设社区" }] },
];
/** Shared with the vendor of the buttons. */
const SECRET = "opensesame";
const HOUR_MS = 3_600_000;

export interface RealDistrict {
  url: string;
  signIns: SignIns;
  press: Press;
  close(): Promise<void>;
}

export async function startRealDistrict(program: string): Promise<RealDistrict> {
  const folder = await mkdtemp(join(tmpdir(), "care-real-"));
  const [nats, page, admin, webhook] = [await freePort(), await freePort(), await freePort(), await freePort()];
  await writeFile(join(folder, "nats.conf"), `listen: "127.0.0.1:${nats}"\njetstream { store_dir: "${join(folder, "nats")}", sync_interval: always }\n`);
  await writeFile(join(folder, "day.json"), JSON.stringify(day()));
  const users = [{ user: "operator", role: "operator", display_name: "调度员", password: PASSWORD }, { user: "supervisor", role: "supervisor", display_name: "主管", password: PASSWORD }, { user: "elder", role: "elder", elder: ids("e", 1)[0], display_name: "老人1", password: PASSWORD }, ...ids("c", CAREGIVERS).map((id, n) => ({ user: id, role: "caregiver", caregiver: id, display_name: name(n), password: PASSWORD }))];
  await writeFile(join(folder, "users.json"), JSON.stringify(users), { mode: 0o600 });
  await writeFile(join(folder, "district.toml"), configuration(folder, { nats, page, admin, webhook }));
  const processes: Process[] = [];
  const url = `http://127.0.0.1:${page}`;
  const close = async () => {
    for (const process of processes.reverse()) await process.stop();
    await rm(folder, { recursive: true, force: true });
  };
  try {
    processes.push(new Process(process.env["NATS_SERVER"] ?? "nats-server", ["--config", join(folder, "nats.conf")], join(folder, "nats.log")));
    processes.push(new Process(program, ["--config", join(folder, "district.toml")], join(folder, "district.log")));
    const operator = { user: "operator", password: PASSWORD };
    await isUp(url, operator, processes);
    const caregivers = Object.fromEntries(ids("c", CAREGIVERS).map((id) => [id, { user: id, password: PASSWORD }]));
    await beginShifts(url, Object.entries(caregivers).slice(1));
    return { url, signIns: { operator, supervisor: { user: "supervisor", password: PASSWORD }, elder: { user: "elder", password: PASSWORD }, caregivers }, press: pressBy(webhook), close };
  } catch (error) {
    await close();
    throw error;
  }
}

/** A vendor's cloud tells of a button that was pressed, until the platform has it. */
export type Press = (device: string, key: string) => Promise<void>;

const pressBy =
  (port: number): Press =>
  async (device, key) => {
    const body = JSON.stringify({ id: key, device, event: "sos" });
    const timestamp = String(Math.floor(Date.now() / 1000));
    const signature = createHmac("sha256", SECRET).update(`${timestamp}.${body}`).digest("hex");
    const headers = { "x-care-timestamp": timestamp, "x-care-signature": signature };
    const answer = await fetch(`http://127.0.0.1:${port}/v1/webhook/acme`, { method: "POST", headers, body });
    if (answer.status !== 204) throw new Error(`the press was not taken: ${answer.status} ${await answer.text()}`);
  };

class Process {
  readonly #child: ChildProcess;
  readonly #log: string;
  #ended = false;

  constructor(program: string, args: string[], log: string) {
    this.#log = log;
    const out = openSync(log, "w");
    // The tests' own variables would be taken for configuration.
    const env = Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith("CARE_")));
    this.#child = spawn(program, args, { stdio: ["ignore", out, out], env });
    this.#child.on("exit", () => (this.#ended = true));
    this.#child.on("error", () => (this.#ended = true));
  }

  async check(): Promise<void> {
    if (this.#ended) throw new Error(`${this.#child.spawnfile} ended by itself:\n${(await readFile(this.#log, "utf8")).slice(-4000)}`);
  }

  /** In order, and by force if that takes too long. */
  async stop(): Promise<void> {
    if (this.#ended) return;
    const gone = new Promise<void>((resolve) => this.#child.once("exit", () => resolve()));
    this.#child.kill("SIGTERM");
    const force = setTimeout(() => this.#child.kill("SIGKILL"), 15_000);
    await gone;
    clearTimeout(force);
  }
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.on("error", reject);
    server.listen(0, "127.0.0.1", () => {
      const { port } = server.address() as AddressInfo;
      server.close(() => resolve(port));
    });
  });
}

const ids = (letter: string, count: number) => Array.from({ length: count }, (_, n) => `${letter}${String(n + 1).padStart(3, "0")}`);
const name = (n: number) => `${"王李张刘陈杨赵黄周吴"[n % 10]}${"秀英桂兰玉梅建国"[n % 8]}`;
const placeOf = (n: number) => ({ lon: 98.28 + ((n * 7) % 20) / 1000, lat: 39.765 + ((n * 3) % 15) / 1000 });
/** Nobody's home is where somebody happens to stand: a way of no length explains nothing. */
const homeOf = (n: number) => ({ lon: placeOf(n).lon + 0.0035, lat: placeOf(n).lat + 0.001 });

function day(): object {
  const [from, to] = [-2, 12].map((hours) => new Date(Date.now() + hours * HOUR_MS).toISOString());
  const span = { earliest: from, latest: to };
  const home = (n: number) => (n % 2 === 0 ? { street: "s1", community: "s1-c1" } : { street: "s2", community: "s2-c1" });
  return {
    format: "care-day/1",
    district: { id: DISTRICT, name: "嘉峪关市", name_en: "Jiayuguan" },
    starts_at: from,
    ends_at: to,
    network: { great_circle: {} },
    streets: STREETS,
    elders: ids("e", ELDERS).map((id, n) => ({ profile: { id, place: homeOf(n), ...home(n) }, name: `老人${n + 1}` })),
    caregivers: ids("c", CAREGIVERS).map((id, n) => ({
      profile: {
        id,
        organisation: "org1",
        street: home(n).street,
        mode: "e_bike",
        certificates: [{ qualification: "elder_care", valid: span }],
        health_certificate: span,
        trained: true,
        shifts: [span],
      },
      name: name(n),
      start: placeOf(n),
    })),
    orders: [],
  };
}

function configuration(folder: string, ports: { nats: number; page: number; admin: number; webhook: number }): string {
  const file = (name: string) => JSON.stringify(join(folder, name));
  return `
[runtime.admin]
listen = "127.0.0.1:${ports.admin}"
[nats]
url = "nats://127.0.0.1:${ports.nats}"
[registry]
district = "${DISTRICT}"
state = ${file("registry")}
day = ${file("day.json")}
[location]
district = "${DISTRICT}"
[dispatch]
district = "${DISTRICT}"
[emergency]
district = "${DISTRICT}"
state = ${file("emergency")}
listen.http = "127.0.0.1:${ports.webhook}"
vendors.acme = "${SECRET}"
[edge]
state = ${file("edge")}
bootstrap_users = ${file("users.json")}
password_memory_kib = 64
password_passes = 1
[edge.http]
listen = "127.0.0.1:${ports.page}"
[edge.district]
id = "${DISTRICT}"
name = "嘉峪关市"
name_en = "Jiayuguan"
centre = { lon = 98.29, lat = 39.772 }
streets = [${STREETS.map((s) => `{ id = "${s.id}", name = "${s.name}" }`).join(", ")}]
`;
}

async function call(url: string, token: string | null, path: string, body?: object): Promise<Record<string, unknown> | null> {
  const headers: Record<string, string> = { "content-type": "application/json" };
  if (token !== null) headers["authorization"] = `Bearer ${token}`;
  const response = await fetch(url + path, { headers, ...(body ? { method: "POST", body: JSON.stringify(body) } : {}) }).catch(() => null);
  return response?.ok ? ((await response.json()) as Record<string, unknown>) : null;
}

const signIn = async (url: string, who: Credentials) => ((await call(url, null, "/api/v1/session", who))?.["token"] as string | undefined) ?? null;

/** Until the desk sees everybody the registry was given. */
async function isUp(url: string, operator: Credentials, processes: Process[]): Promise<void> {
  const deadline = Date.now() + 90_000;
  for (;;) {
    for (const process of processes) await process.check();
    const token = await signIn(url, operator);
    const page = token && (await call(url, token, "/api/v1/caregivers?limit=500"));
    const ready = await call(url, null, "/readyz");
    if (page && (page["items"] as unknown[]).length === CAREGIVERS && ready) return;
    if (Date.now() > deadline) throw new Error("the district did not come up in time");
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
}

/** Some are on shift when a test begins, each where the day has them. */
async function beginShifts(url: string, caregivers: [string, Credentials][]): Promise<void> {
  for (const [n, [id, who]] of caregivers.entries()) {
    const token = await signIn(url, who);
    if (!(await call(url, token, "/api/v1/duty", { id: `shift-${id}`, duty: "on" }))) throw new Error(`${id} cannot begin their shift`);
    const fix = { at: new Date().toISOString(), ...placeOf(n + 1), datum: "wgs84", accuracy: 10 };
    await call(url, token, "/api/v1/positions", { fixes: [fix] });
  }
}
