import { expect, test } from "vitest";

import type { Facility, Organisation } from "./contract.ts";
import { ofFacility, ofOrganisation } from "./steps.ts";

const names = (choices: { name: string }[]) => choices.map((c) => c.name);
const term = { from: "2026-01-01", until: "2027-12-31" };

test("a contract is proposed by one and signed by the bureau", () => {
  const registered: Organisation = { id: "o", revision: 1, name: "o", contract: { is: "registered" }, record: [] };
  expect(names(ofOrganisation(registered, "supervisor"))).toEqual(["propose_contract"]);
  const proposed: Organisation = { ...registered, contract: { is: "proposed", term } };
  expect(names(ofOrganisation(proposed, "supervisor"))).toEqual([]);
  expect(names(ofOrganisation(proposed, "bureau"))).toEqual(["sign_contract", "drop_contract"]);
});

test("a facility offers what follows from its stage", () => {
  const building = { kind: "k", name: "n", by_community: true, square_metres: 1, beds: 0, in_institution: false };
  const filed: Facility = { id: "f", revision: 1, building, stage: { is: "filed" }, rebuilding: false, record: [] };
  expect(names(ofFacility(filed, "organisation"))).toEqual(["rebuild"]);
  expect(names(ofFacility(filed, "bureau"))).toEqual(["check_yes", "check_no", "rebuild", "close"]);
  expect(names(ofFacility({ ...filed, stage: { is: "published" }, proposed: 3 }, "bureau"))).toEqual(["approve_grade", "reject_grade", "rebuild", "close"]);
  expect(names(ofFacility({ ...filed, stage: { is: "closed" } }, "bureau"))).toEqual([]);
});
