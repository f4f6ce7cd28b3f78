import { expect, test } from "vitest";

import { Refused, Unreachable } from "../net/http.ts";
import { faultOf } from "./faults.ts";

const refused = (code: string, pointer?: string) => new Refused({ type: "", code, title: "", status: 422, detail: "d", ...(pointer && { pointer }) });
const PLACES = { "/span": "from", "/span/latest": "until", out_of_range: "until", busy: "to" };
const at = (error: unknown) => faultOf(error, PLACES, { busy: "choose another" });

test("a refusal lies at the field its pointer names, the closest first", () => {
  expect(at(refused("malformed", "/span/latest")).field).toBe("until");
  expect(at(refused("malformed", "/span/earliest")).field).toBe("from");
  expect(at(refused("malformed", "/spanner")).field).toBe("");
});

test("without a pointer its code says where, and the form's own words come first", () => {
  expect(at(refused("out_of_range")).field).toBe("until");
  expect(at(refused("busy"))).toEqual({ field: "to", text: "choose another" });
});

test("no answer is about no field", () => {
  expect(at(new Unreachable()).field).toBe("");
});
