import { expect, test } from "vitest";

import type { Round } from "../meals/contract.ts";
import { roundFeatures } from "./round-features.ts";

test("a round is a line, a load and its doors, what is done is hollow", () => {
  const at = (lon: number) => ({ lon, lat: 39.8 });
  const eta = "2026-03-10T03:30:00Z";
  const round: Round = {
    id: "r1",
    day: "2026-03-10",
    slot: "lunch",
    courier: "c1",
    trip: 1,
    pinned: false,
    stage: "departed",
    stops: [
      { at: "kitchen", kitchen: "k", place: at(98.1), meals: ["m1"], eta, done_at: eta },
      { at: "door", elder: "e1", place: at(98.2), meals: ["m1"], eta, done_at: eta },
      { at: "door", elder: "e2", place: at(98.3), meals: ["m2"], eta },
    ],
  };
  const { features } = roundFeatures([round, { ...round, id: "r2", stops: [] }], (index) => `c${index}`);
  expect(features.map((f) => f.properties?.["kind"])).toEqual(["line", "load", "door", "door"]);
  expect(features.slice(2).map((f) => f.properties?.["fill"])).toEqual(["transparent", "c0"]);
  expect(features[0]?.geometry).toMatchObject({ coordinates: [[98.1, 39.8], [98.2, 39.8], [98.3, 39.8]] });
});
