import { expect, test } from "vitest";

import type { Deed, Entry } from "../caregiver/sync/outbox.ts";
import type { Round } from "./contract.ts";
import { overlayRounds } from "./overlay.ts";

const place = { lon: 98.3, lat: 39.8 };
const round = (id: string, trip: number): Round => ({
  id,
  day: "2026-03-10",
  slot: "lunch",
  courier: "c1",
  trip,
  pinned: false,
  stage: "planned",
  stops: [
    { at: "kitchen", kitchen: "k", place, meals: ["m1", "m2"], eta: "2026-03-10T03:00:00Z" },
    { at: "door", elder: "e1", place, meals: ["m1"], eta: "2026-03-10T03:10:00Z" },
    { at: "door", elder: "e2", place, meals: ["m2"], eta: "2026-03-10T03:20:00Z" },
  ],
});
const entry = (seq: number, deed: Deed): Entry => ({ seq, user: "u", deed, attempts: 0 });
const depart = (id: string): Deed => ({ kind: "round", body: { id: `d-${id}`, request: "depart", round: id } });
const deliver = (meal: string): Deed => ({
  kind: "meal",
  meal,
  body: { id: `x-${meal}`, occurred_at: "2026-03-10T03:11:00Z", action: "deliver", proof: "code", code: "1234" },
});

test("what was tapped without a network is shown as done, and the round under way comes first", () => {
  const shown = overlayRounds([round("r1", 1), round("r2", 2)], [entry(1, depart("r2")), entry(2, deliver("m1"))]);
  expect(shown.map((r) => [r.id, r.stage])).toEqual([["r2", "departed"], ["r1", "planned"]]);
  expect(shown[0]?.stops.map((s) => Boolean(s.done_at))).toEqual([true, true, false]);
  expect(shown[0]?.stops[1]?.done_at).toBe("2026-03-10T03:11:00Z");
});

test("what the centre refused is not shown as done", () => {
  const no = { type: "", code: "wrong_proof", title: "", status: 422, detail: "" };
  const shown = overlayRounds([round("r1", 1)], [{ ...entry(1, deliver("m1")), refused: no }]);
  expect(shown[0]?.stops[1]?.done_at).toBeUndefined();
});

test("rounds that are over are gone", () => {
  expect(overlayRounds([{ ...round("r1", 1), stage: "ended" }], [])).toEqual([]);
});
