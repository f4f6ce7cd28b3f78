import { expect, test } from "vitest";

import { clockOf, minutesOf, visitOf } from "./visit.ts";

const form = (fields: [string, string][]) => {
  const data = new FormData();
  for (const [name, value] of fields) data.append(name, value);
  return data;
};

test("a form's visit is what the registry keeps", () => {
  const fields: [string, string][] = [["service", "bathing"], ["weekday", "tuesday"], ["weekday", "friday"], ["starts", "09:00"], ["within", "60"], ["minutes", ""], ["from", "2026-03-01"], ["until", ""], ["family", "on"], ["self_pay", "12.30"], ["pay_with", "silver_points"]];
  expect(visitOf(form(fields))).toEqual({ service: "bathing", weekdays: ["tuesday", "friday"], starts: 540, within: 60, family_present: true, pay_with: "silver_points", self_pay_up_to: 1230, from: "2026-03-01" });
});

test("where money is not asked about, it stays as it was", () => {
  const known = visitOf(form([["pay_with", "silver_points"], ["self_pay", "5"]]));
  expect(visitOf(form([["starts", "10:00"]]), known)).toMatchObject({ pay_with: "silver_points", self_pay_up_to: 500 });
  expect(visitOf(form([]))).toMatchObject({ pay_with: "allowance", self_pay_up_to: 0 });
});

test("a clock and its minutes are the same", () => {
  expect([clockOf(0), clockOf(545), clockOf(1470)]).toEqual(["00:00", "09:05", "00:30"]);
  expect(minutesOf("09:05")).toBe(545);
});
