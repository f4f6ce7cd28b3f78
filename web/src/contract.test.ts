import { readdirSync, readFileSync } from "node:fs";

import { describe, expect, test } from "vitest";

import type { LiveEvent, Order } from "./contract.ts";
import { reduce, EMPTY } from "./store/world.ts";
import { happening } from "./text/describe.ts";
import { en } from "./text/en.ts";
import { zh } from "./text/zh.ts";

const SCHEMAS = new URL("../../schemas/", import.meta.url);
const read = (path: string) => JSON.parse(readFileSync(new URL(path, SCHEMAS), "utf8")) as unknown;

describe("the golden samples of the contract", () => {
  const names = readdirSync(new URL("samples/", SCHEMAS)).filter((n) => n.startsWith("live-event."));

  test.each(names)("%s is understood", (name) => {
    const event = read(`samples/${name}`) as LiveEvent;
    const world = reduce(EMPTY, [event]);
    expect(world).not.toBe(EMPTY);
    const orders: Order[] = event.event === "snapshot" ? event.orders : event.event === "order" ? [event.order] : [];
    for (const order of orders) {
      expect(world.orders.get(order.id)).toEqual(order);
      for (const entry of order.timeline) expect(happening(entry, (id) => id)).toBeTruthy();
    }
  });
});

interface Schema {
  $defs?: Record<string, { enum?: string[]; oneOf?: { const?: string; properties?: Record<string, { const?: string }> }[] }>;
}

/** The names a definition allows: an enumeration's, or the tags of a union. */
function names(of: string, tag = ""): string[] {
  for (const file of ["live-event", "order-event", "dispatch-request"]) {
    const found = (read(`json/${file}.v1.schema.json`) as Schema).$defs?.[of];
    const all = [...(found?.enum ?? []), ...(found?.oneOf ?? []).flatMap((o) => o.const ?? o.properties?.[tag]?.const ?? [])];
    if (all.length > 0) return all;
  }
  throw new Error(`the contract has no ${of}`);
}

describe.each([
  ["Chinese", zh],
  ["English", en],
])("in %s there is a word for every", (_, words) => {
  test.each([
    ["ServiceKind", names("ServiceKind"), words.service],
    ["Qualification", names("Qualification"), words.qualification],
    ["Priority", names("Priority"), words.priority],
    ["Shortage", names("Shortage"), words.shortage],
    ["HandBack", names("HandBack"), words.handBack],
    ["DeclineReason", names("DeclineReason"), words.decline],
    ["CancelReason", names("CancelReason"), words.cancelReason],
    ["ArrivalException", names("ArrivalException"), words.exception],
    ["VerificationMethod", names("VerificationMethod"), words.method],
    ["Exclusion", names("Exclusion"), words.exclusion],
    ["TermKind", names("TermKind"), words.term],
    ["Role", names("Role"), words.role],
    ["Duty", names("Duty"), words.duty],
    ["TravelMode", names("TravelMode"), words.mode],
  ])("%s", (_name, allowed, group) => expect(Object.keys(group).sort()).toEqual([...allowed].sort()));
});
