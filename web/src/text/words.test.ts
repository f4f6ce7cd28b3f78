import { expect, test } from "vitest";

import { fromLocal, toLocal } from "../desk/dialogs/local-time.ts";
import { latency, metres, span, stopwatch } from "./format.ts";
import { en } from "./en.ts";
import { zh } from "./zh.ts";

/** Every leaf's path with its kind. */
function leaves(value: object, path = ""): string[] {
  return Object.entries(value).flatMap(([k, v]) => (typeof v === "object" && v !== null ? leaves(v as object, `${path}.${k}`) : [`${path}.${k} ${typeof v}`]));
}

test("both languages say the same things", () => {
  expect(leaves(en).sort()).toEqual(leaves(zh).sort());
  expect(JSON.stringify(en).replaceAll("中文", "")).not.toMatch(/\p{Script=Han}/u);
});

test("figures read well", () => {
  expect([latency(null), latency(4), latency(4200), latency(50_000), latency(200_000)]).toEqual(["—", "4 ms", "4.2 s", "50 s", "3:20"]);
  expect([span(40_000), span(200_000), span(4_000_000)]).toEqual(["40 秒", "3 分 20 秒", "1 时 6 分"]);
  expect([stopwatch(65_000), stopwatch(3_725_000)]).toEqual(["1:05", "1:02:05"]);
  expect([metres(344), metres(3210)]).toEqual(["340 m", "3.2 km"]);
});

test("a local time is the city's", () => {
  expect(fromLocal("2026-11-23T12:00")).toBe("2026-11-23T04:00:00.000Z");
  expect(toLocal(Date.parse("2026-11-23T04:00:00Z"))).toBe("2026-11-23T12:00");
});
