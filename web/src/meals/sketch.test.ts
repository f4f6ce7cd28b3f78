import { expect, test } from "vitest";

import type { Stop } from "./contract.ts";
import { fit } from "./sketch.tsx";

test("stops fit into the square, north up", () => {
  const stop = (lon: number, lat: number): Stop => ({ at: "door", elder: `${lon}`, place: { lon, lat }, meals: [], eta: "" });
  const stops = [stop(98.2, 39.7), stop(98.3, 39.8)];
  const at = fit(stops);
  const [[x1, y1], [x2, y2]] = [at(stops[0]!), at(stops[1]!)];
  expect(x2).toBeGreaterThan(x1);
  expect(y2).toBeLessThan(y1);
  for (const v of [x1, y1, x2, y2]) expect(v >= 0 && v <= 320).toBe(true);
  expect(fit([stops[0]!])(stops[0]!)).toEqual([10, 310]);
});
