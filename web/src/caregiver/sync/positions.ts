/**
 * Positions while on shift: taken from the phone, thinned, kept when there is no network, sent in batches. The
 * browser's geolocation is WGS-84 by its specification. Nothing is taken or sent off duty. Each fix says whose it is:
 * on a phone that is handed on, nobody is where the one before was.
 */
import { signal } from "@preact/signals";

import type { Fix, Place } from "../../contract.ts";
import { post, Refused } from "../../net/http.ts";
import { districtAt } from "../../ui/clock.ts";
import { metresBetween } from "../geo.ts";
import { run } from "./db.ts";

export const here = signal<(Place & { accuracy: number; at: number }) | null>(null);
export const location = signal<"off" | "waiting" | "on">("off");

const SEND_MS = 10_000;
const LEAST_MS = 5_000;
const LEAST_METRES = 12;
const LONGEST_MS = 30_000;
const BATCH = 100;
/** Kept at most; the oldest go first, nobody needs last hour's way. */
const KEPT = 500;

/** A fix on this phone. */
interface KeptFix {
  user: string;
  fix: Fix;
}

/** Nothing from a cache: where someone was before the shift is nobody's business, and the centre throws it away. */
const FRESH: PositionOptions = { enableHighAccuracy: true, maximumAge: 0, timeout: 30_000 };

/**
 * Watches and sends for that user until the answer is called. `known` says whether the centre has heard that the shift
 * began: what comes before that it would throw away.
 */
export function track(user: string, known: () => boolean): () => void {
  if (!("geolocation" in navigator)) return () => undefined;
  location.value = "waiting";
  const since = Date.now();
  let last: { at: number; place: Place } | null = null;
  const took = (found: GeolocationPosition) => {
    location.value = "on";
    const { longitude: lon, latitude: lat, accuracy } = found.coords;
    here.value = { lon, lat, accuracy, at: found.timestamp };
    if (found.timestamp < since) return;
    const moved = last ? metresBetween(last.place, { lon, lat }) : Infinity;
    const passed = last ? found.timestamp - last.at : Infinity;
    if (passed < LEAST_MS || (moved < LEAST_METRES && passed < LONGEST_MS)) return;
    last = { at: found.timestamp, place: { lon, lat } };
    void take(user, { at: new Date(districtAt(found.timestamp)).toISOString(), lon, lat, datum: "wgs84", accuracy }).then((first) => first && send());
  };
  const lost = () => {
    location.value = "off";
  };
  const send = () => {
    if (known()) void sendFixes(user);
  };
  const watch = navigator.geolocation.watchPosition(took, lost, FRESH);
  const timer = setInterval(() => {
    // A phone that lies still tells nothing by itself; the centre would take it for lost.
    if (!last || Date.now() - last.at >= LONGEST_MS) navigator.geolocation.getCurrentPosition(took, lost, FRESH);
    send();
  }, SEND_MS);
  return () => {
    navigator.geolocation.clearWatch(watch);
    clearInterval(timer);
    location.value = "off";
    send();
  };
}

/** Keeps a fix; answers how many wait with it. */
export async function store(user: string, fix: Fix): Promise<number> {
  await run("fixes", "readwrite", (s) => s.add({ user, fix } satisfies KeptFix));
  const keys = await run("fixes", "readonly", (s) => s.getAllKeys());
  const surplus = keys[keys.length - KEPT - 1];
  if (surplus !== undefined) await run("fixes", "readwrite", (s) => s.delete(IDBKeyRange.upperBound(surplus)));
  return keys.length;
}

/** Keeps a fix with the battery's charge; answers whether it is the only one. */
async function take(user: string, fix: Fix): Promise<boolean> {
  const battery = await batteryPercent();
  return (await store(user, battery === null ? fix : { ...fix, battery })) === 1;
}

let sending = false;

/**
 * Sends what is kept of this user, oldest first; what another left on the phone is dropped. What the centre refuses
 * for good is dropped too: positions are not deeds.
 */
export async function sendFixes(user: string, send: (fixes: Fix[]) => Promise<unknown> = (fixes) => post("/api/v1/positions", { fixes })): Promise<void> {
  if (sending) return;
  sending = true;
  try {
    for (;;) {
      const keys = await run("fixes", "readonly", (s) => s.getAllKeys(null, BATCH));
      const upTo = keys.at(-1);
      if (upTo === undefined) return;
      const kept = await run("fixes", "readonly", (s) => s.getAll(IDBKeyRange.upperBound(upTo)) as IDBRequest<KeptFix[]>);
      const fixes = kept.filter((k) => k.user === user).map((k) => k.fix);
      try {
        if (fixes.length > 0) await send(fixes);
      } catch (error) {
        if (!(error instanceof Refused) || error.isPassing || error.problem.status === 401) return;
      }
      await run("fixes", "readwrite", (s) => s.delete(IDBKeyRange.upperBound(upTo)));
    }
  } catch {
    // The phone's store failed; the next fix tries again.
  } finally {
    sending = false;
  }
}

interface Battery {
  level: number;
}

async function batteryPercent(): Promise<number | null> {
  const ask = (navigator as Navigator & { getBattery?: () => Promise<Battery> }).getBattery;
  if (!ask) return null;
  const battery = await ask.call(navigator).catch(() => null);
  return battery ? Math.round(battery.level * 100) : null;
}
