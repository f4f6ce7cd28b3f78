import { expect, test } from "vitest";

import type { Order } from "../contract.ts";
import { accepted } from "../testing/samples.ts";
import { exceptionalVisits } from "./exceptions.ts";

test("a visit with an arrival nobody saw or an identity by hand is listed, an ordinary one is not", () => {
  const plain = accepted("o-1", "c1");
  if (plain.stage !== "accepted") throw new Error("accepted");
  const [member] = plain.team;
  if (!member) throw new Error("a team");
  const unseen: Order = { ...plain, id: "o-2", stage: "arrived", team: [{ ...member, exception: "no_fix" }] };
  const byHand: Order = { ...plain, id: "o-3", stage: "in_service", started_at: plain.created_at, identified: { method: "manual" } };
  const found = exceptionalVisits([plain, unseen, byHand]);
  expect(found.map((v) => [v.order.id, v.arrivals.map((a) => a.exception), v.byHand])).toEqual([
    ["o-2", ["no_fix"], false],
    ["o-3", [], true],
  ]);
});
