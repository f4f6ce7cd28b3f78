/**
 * What the browser tests run against: a quiet development server of their own; with `CARE_DISTRICT`, the path of the
 * `district` program, a real district of their own; or a running one given by `CARE_BASE_URL` with `CARE_SIGN_INS`, a JSON file of
 * `{"operator": {"user", "password"}, "caregivers": {"<caregiver id>": {"user", "password"}}}`.
 */
import { readFile } from "node:fs/promises";

import { startDevServer, type DevServer } from "../dev/server.ts";
import type { Accepted, CaregiverListed, District, ElderListed, Order, OrderAction, Page, PlaceOrder } from "../src/contract.ts";
import { startRealDistrict, type Press } from "./real.ts";

/** How long a page may take to show what it was told, and how often it is looked at. */
export const SOON = { timeout: 15_000, interval: 100 };
/** Whether it is not our own development server: then nothing can be put in place by hand. */
export const elsewhere = process.env["CARE_BASE_URL"] !== undefined || process.env["CARE_DISTRICT"] !== undefined;

export interface Credentials {
  user: string;
  password: string;
}
export interface SignIns {
  operator: Credentials;
  supervisor: Credentials;
  /** Of the elder whom the operator's list names first; a running target need not have one. */
  elder?: Credentials;
  caregivers: Record<string, Credentials>;
}

export interface Target {
  url: string;
  signIns: SignIns;
  /** The development server, where the tests run against one: for what only it can do. */
  dev: DevServer | null;
  /** Presses a button; only a real district of the test's own has some. */
  press?: Press;
  close(): Promise<void>;
}

export async function openTarget(): Promise<Target> {
  const url = process.env["CARE_BASE_URL"];
  if (url) {
    const file = process.env["CARE_SIGN_INS"];
    if (!file) throw new Error("CARE_BASE_URL needs CARE_SIGN_INS, a JSON file with the accounts to sign in with");
    return { url: url.replace(/\/$/, ""), signIns: JSON.parse(await readFile(file, "utf8")) as SignIns, dev: null, close: async () => {} };
  }
  const program = process.env["CARE_DISTRICT"];
  if (program) return { ...(await startRealDistrict(program)), dev: null };
  const dev = await startDevServer();
  const caregivers = Object.fromEntries([...dev.district.caregivers.keys()].map((id) => [id, { user: id, password: "caregiver" }]));
  return { url: dev.url, signIns: { operator: { user: "operator", password: "operator" }, supervisor: { user: "supervisor", password: "supervisor" }, elder: { user: "elder", password: "elder" }, caregivers }, dev, close: () => dev.close() };
}

/** The public interface as an operator uses it. */
export class Operator {
  readonly #url: string;
  #cookie = "";
  #ids = 0;

  constructor(url: string) {
    this.#url = url;
  }

  async signIn(credentials: Credentials): Promise<this> {
    const response = await fetch(`${this.#url}/api/v1/session`, { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify(credentials) });
    if (!response.ok) throw new Error(`signing in as ${credentials.user}: ${response.status} ${await response.text()}`);
    this.#cookie = response.headers.getSetCookie().map((c) => c.split(";")[0]).join("; ");
    return this;
  }

  async call<T>(method: string, path: string, body?: unknown): Promise<T> {
    const headers: Record<string, string> = { cookie: this.#cookie, "x-care-request": "1", "content-type": "application/json" };
    if (method !== "GET") headers["idempotency-key"] = this.id();
    const response = await fetch(this.#url + path, { method, headers, ...(body === undefined ? {} : { body: JSON.stringify(body) }) });
    const text = await response.text();
    if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${text}`);
    return JSON.parse(text) as T;
  }

  id(): string {
    return `test-${process.pid}-${Date.now()}-${++this.#ids}`;
  }

  district = () => this.call<District>("GET", "/api/v1/district");
  order = (id: string) => this.call<Order>("GET", `/api/v1/orders/${id}`);
  place = async (order: PlaceOrder) => (await this.call<Accepted>("POST", "/api/v1/orders", order)).order;
  utter = async (order: string, action: OrderAction) => (await this.call<Accepted>("POST", `/api/v1/orders/${order}/commands`, { id: this.id(), ...action })).order;

  async caregivers(): Promise<CaregiverListed[]> {
    return (await this.call<Page<CaregiverListed>>("GET", "/api/v1/caregivers?limit=500")).items;
  }

  async elder(): Promise<ElderListed> {
    const { items } = await this.call<Page<ElderListed>>("GET", "/api/v1/elders?limit=1");
    return items[0] as ElderListed;
  }

  /** Sends everyone but these off duty, so that it is known who is offered an order. */
  async onlyOnDuty(...ids: string[]): Promise<void> {
    for (const { profile, presence } of await this.caregivers()) {
      if (presence && presence.duty !== "off" && !ids.includes(profile.id)) await this.call("POST", "/api/v1/duty", { id: this.id(), caregiver: profile.id, duty: "off" });
    }
  }
}

/** Polls until it is so; a hook has no `expect.poll`. */
export async function until(so: () => Promise<boolean>, withinMs = 20_000): Promise<void> {
  const deadline = Date.now() + withinMs;
  while (!(await so())) {
    if (Date.now() > deadline) throw new Error("it did not become so in time");
    await new Promise((resolve) => setTimeout(resolve, 150));
  }
}
