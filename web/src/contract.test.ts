import { readdirSync, readFileSync } from "node:fs";

import { Ajv2020, type ValidateFunction } from "ajv/dist/2020.js";
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

/** By a validator that shares nothing with the Rust crates that wrote both. */
describe("every golden sample is what its schema says", () => {
  const schemas = new Map(readdirSync(new URL("json/", SCHEMAS)).map((file) => [file.replace(".schema.json", ""), file]));
  const samples = readdirSync(new URL("samples/", SCHEMAS));
  const schemaOf = (sample: string) => sample.split(".").slice(0, 2).join(".");
  const validators = new Map<string, ValidateFunction>();
  /** Compiling a schema takes longer than all its samples. */
  function validator(sample: string): ValidateFunction {
    const file = schemas.get(schemaOf(sample)) ?? "";
    const known = validators.get(file);
    if (known) return known;
    const made = new Ajv2020({ strict: false, validateFormats: false }).compile(read(`json/${file}`) as object);
    validators.set(file, made);
    return made;
  }

  test("and every schema has a sample", () => expect([...new Set(samples.map(schemaOf))].sort()).toEqual([...schemas.keys()].sort()));

  test.each(samples)("%s", (sample) => {
    const valid = validator(sample);
    expect(valid(read(`samples/${sample}`)), JSON.stringify(valid.errors?.slice(0, 3))).toBe(true);
  });

  /** A question that says nothing has nothing to leave out. */
  const speaking = samples.filter((sample) => Object.keys(read(`samples/${sample}`) as object).length > 0);
  test.each(speaking)("%s without one of its required members is not", (sample) => {
    const valid = validator(sample);
    const whole = read(`samples/${sample}`) as Record<string, unknown>;
    const needed = Object.keys(whole).filter((key) => {
      const { [key]: _, ...rest } = whole;
      return !valid(rest);
    });
    expect(needed).not.toEqual([]);
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
