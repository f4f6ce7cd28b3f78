import { readFileSync } from "node:fs";

import { Ajv2020 } from "ajv/dist/2020.js";
import { expect, test } from "vitest";

import type { LiveEvent } from "../src/contract.ts";
import { DevDistrict } from "./district.ts";
import { Simulation } from "./simulation.ts";

test("what the generated district says over hours is what the contract's schema allows", () => {
  const schema = JSON.parse(readFileSync(new URL("../../schemas/json/live-event.v1.schema.json", import.meta.url), "utf8")) as object;
  const valid = new Ajv2020({ strict: false, validateFormats: false }).compile(schema);
  const district = new DevDistrict({ caregivers: 20, elders: 50, seed: 3, now: Date.parse("2026-11-23T00:00:00Z") });
  const seen = new Map<string, number>();
  const check = (event: LiveEvent) => {
    const kind = event.event === "order" ? event.kind : event.event;
    const count = (seen.get(kind) ?? 0) + 1;
    seen.set(kind, count);
    if (count > 25) return;
    expect(valid(JSON.parse(JSON.stringify(event))), `${kind}: ${JSON.stringify(valid.errors?.slice(0, 3))}`).toBe(true);
  };
  district.listen(check);
  const simulation = new Simulation(district, 40);
  for (let i = 0; i < 800; i++) simulation.advance(10_000);
  simulation.disturb();
  check({ event: "snapshot", ...district.snapshot() });
  check({ event: "kpi", kpi: district.kpi() });
  expect([...seen.keys()]).toEqual(expect.arrayContaining(["care.order.offered.v1", "care.order.confirmed.v1", "snapshot", "positions"]));
});
