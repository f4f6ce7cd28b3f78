import { expect, test } from "vitest";

import { isLabel, proofOf } from "./proof.ts";

test("four digits are a code, all else a label", () => {
  expect(proofOf(" 0417 ")).toEqual({ proof: "code", code: "0417" });
  expect(proofOf("23456789ab")).toEqual({ proof: "scan", label: "23456789AB" });
});

test("only what can be a label is read off a box", () => {
  expect(["23456789AB", " 23456789ab"].map(isLabel)).toEqual([true, true]);
  expect(["6901234567892", "O3456789AB", "I3456789AB", "2345678", "https://example.org"].map(isLabel)).toEqual([false, false, false, false, false]);
});
