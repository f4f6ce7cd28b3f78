import { describe, expect, test } from "vitest";

import { accepted, at, cancelled, NOON, offered, order, presence, teamMember, decision, waiting } from "../testing/samples.ts";
import { bars } from "./day.ts";
import { caregiverState, compareQueue, lists, tabOf, workloads } from "./derive.ts";
import { EMPTY } from "./world.ts";

const world = (...orders: ReturnType<typeof waiting>[]) => ({ ...EMPTY, orders: new Map(orders.map((o) => [o.id, o])) });
const desk = (id: string) => order(id, { stage: "at_desk", since: at(0), reason: "tries_exhausted" });
const applied = { ...accepted("applied", "c1"), applications: [{ id: "cmd", caregiver: "c1", change: { change: "add" as const, minutes: 15 }, reason: "", at: at(1) }] };

describe("the queue", () => {
  test("shows the desk's first, then open applications, then overdue, then by priority, then by age", () => {
    const rows = [
      waiting("later", { created_at: at(5) }),
      waiting("earlier"),
      waiting("emergency", { priority: "emergency", created_at: at(9) }),
      waiting("overdue", { dispatch_overdue: true, created_at: at(8) }),
      desk("desk"),
      applied,
    ];
    expect(rows.sort(compareQueue).map((o) => o.id)).toEqual(["desk", "applied", "overdue", "emergency", "earlier", "later"]);
  });

  test("puts every order in exactly one list", () => {
    const ahead = order("ahead", { stage: "waiting", since: at(0), retry_at: at(90) });
    const all = [waiting("w"), offered("o", "c1"), accepted("a", "c1"), desk("d"), cancelled("x", 1), ahead, applied];
    const found = lists(world(...all), NOON);
    expect(Object.values(found).flat()).toHaveLength(all.length);
    expect(found.scheduled.map((o) => o.id)).toEqual(["ahead"]);
    expect(found.closed.map((o) => o.id)).toEqual(["x"]);
    expect(tabOf(applied, NOON)).toBe("queue");
    expect(tabOf(ahead, NOON + 90 * 60_000)).toBe("queue");
  });
});

describe("a caregiver's state", () => {
  const way = order("o", { stage: "en_route", start: at(10), team: [teamMember("c1", { departed_at: at(2) })], decision });
  const there = order("o", { stage: "arrived", start: at(10), team: [teamMember("c1", { departed_at: at(2), arrived_at: at(9) })], decision });

  test.each([
    ["off", caregiverState("c1", undefined, [])],
    ["off", caregiverState("c1", presence("c1", { duty: "off" }), [way])],
    ["break", caregiverState("c1", presence("c1", { duty: "break" }), [])],
    ["free", caregiverState("c1", presence("c1"), [])],
    ["offered", caregiverState("c1", presence("c1"), [offered("o", "c1")])],
    ["free", caregiverState("c1", presence("c1"), [accepted("o", "c1")])],
    ["en_route", caregiverState("c1", presence("c1"), [way])],
    ["stale", caregiverState("c1", presence("c1", { signal: "stale" }), [way])],
    ["lost", caregiverState("c1", presence("c1", { signal: "lost" }), [way])],
    ["serving", caregiverState("c1", presence("c1", { signal: "lost" }), [there])],
  ])("is %s", (expected, state) => expect(state).toBe(expected));

  test("counts work by the people asked, coming or there, and none of closed orders", () => {
    const work = workloads(world(offered("a", "c1", "c2"), accepted("b", "c1"), cancelled("x", 1)));
    expect(work.get("c1")?.map((o) => o.id)).toEqual(["a", "b"]);
    expect(work.get("c2")?.map((o) => o.id)).toEqual(["a"]);
  });
});

describe("a day's bars", () => {
  test("follow the visit and reach to now, the rest is planned", () => {
    const serving = order("o", {
      stage: "in_service",
      start: at(10),
      team: [teamMember("c1", { accepted_at: at(1), departed_at: at(2), arrived_at: at(9) })],
      decision,
      started_at: at(11),
      identified: { method: "face" },
    });
    const kinds = bars([serving], NOON + 20 * 60_000).get("c1")?.map((b) => [b.kind, (b.from - NOON) / 60_000, (b.to - NOON) / 60_000, b.planned]);
    expect(kinds).toEqual([
      ["accepted", 1, 2, false],
      ["travelling", 2, 9, false],
      ["serving", 11, 20, false],
      ["serving", 20, 56, true],
    ]);
  });
});
