import "fake-indexeddb/auto";

import { beforeEach, expect, test } from "vitest";

import type { Fix } from "../../contract.ts";
import { forgetFixes, run } from "./db.ts";
import { sendFixes, store } from "./positions.ts";

const fix = (lon: number): Fix => ({ at: "2026-11-23T02:00:00.000Z", lon, lat: 39.7, datum: "wgs84" });
const waiting = () => run("fixes", "readonly", (s) => s.count());

beforeEach(() => forgetFixes());

test("what one left on a shared phone is never sent as the next one's", async () => {
  await store("li", fix(1));
  await store("li", fix(2));
  await store("wang", fix(3));
  const sent: number[] = [];
  await sendFixes("wang", async (fixes) => void sent.push(...fixes.map((f) => f.lon)));
  expect(sent).toEqual([3]);
  expect(await waiting()).toBe(0);
});

test("signing out leaves no way behind", async () => {
  await store("li", fix(1));
  await forgetFixes();
  expect(await waiting()).toBe(0);
});
