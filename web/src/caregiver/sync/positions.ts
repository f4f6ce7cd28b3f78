/**
 * Positions while on shift: taken from the phone, thinned, kept when there is no network, sent in batches. The
 * browser's geolocation is WGS-84 by its specification. Nothing is taken or sent off duty.
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

/** Watches and sends until the answer is called. */
export function track(): () => void {
  if (!("geolocation" in navigator)) return () => undefined;
  location.value = "waiting";
  let last: { at: number; place: Place } | null = null;
  const watch = navigator.geolocation.watchPosition(
    (found) => {
      location.value = "on";
      const { longitude: lon, latitude: lat, accuracy } = found.coords;
      here.value = { lon, lat, accuracy, at: found.timestamp };
      const moved = last ? metresBetween(last.place, { lon, lat }) : Infinity;
      const passed = last ? found.timestamp - last.at : Infinity;
      if (passed < LEAST_MS || (moved < LEAST_METRES && passed < LONGEST_MS)) return;
      last = { at: found.timestamp, place: { lon, lat } };
      void store({ at: new Date(districtAt(found.timestamp)).toISOString(), lon, lat, datum: "wgs84", accuracy });
    },
    () => {
      location.value = "off";
    },
    { enableHighAccuracy: true, maximumAge: 2000, timeout: 30_000 },
  );
  const timer = setInterval(() => void sendFixes(), SEND_MS);
  void sendFixes();
  return () => {
    navigator.geolocation.clearWatch(watch);
    clearInterval(timer);
    location.value = "off";
    void sendFixes();
  };
}

async function store(fix: Fix): Promise<void> {
  const battery = await batteryPercent();
  await run("fixes", "readwrite", (s) => s.add(battery === null ? fix : { ...fix, battery }));
  const keys = await run("fixes", "readonly", (s) => s.getAllKeys());
  const surplus = keys[keys.length - KEPT - 1];
  if (surplus !== undefined) await run("fixes", "readwrite", (s) => s.delete(IDBKeyRange.upperBound(surplus)));
  if (keys.length === 1) void sendFixes();
}

let sending = false;

/** Sends what is kept, oldest first. What the centre refuses for good is dropped: positions are not deeds. */
export async function sendFixes(): Promise<void> {
  if (sending) return;
  sending = true;
  try {
    for (;;) {
      const keys = await run("fixes", "readonly", (s) => s.getAllKeys(null, BATCH));
      const upTo = keys.at(-1);
      if (upTo === undefined) return;
      const fixes = await run("fixes", "readonly", (s) => s.getAll(IDBKeyRange.upperBound(upTo)) as IDBRequest<Fix[]>);
      try {
        await post("/api/v1/positions", { fixes });
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
