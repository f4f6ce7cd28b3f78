/** Which steps a role is offered. The registry decides; this only keeps away buttons that would be refused. */
import type { Role } from "../contract.ts";
import type { Facility, KeptStep, Organisation } from "./contract.ts";

export interface Choice {
  /** Its name among the words. */
  name: string;
  step: KeptStep;
  /** What it asks for. */
  asks?: "term" | "grade" | "opening" | "note";
}

export function ofOrganisation(it: Organisation, role: Role): Choice[] {
  const is = it.contract.is;
  const bureau = role === "bureau";
  const proposes = (bureau || role === "supervisor") && (is === "registered" || is === "signed" || is === "ended");
  const all: (Choice | false)[] = [
    proposes && { name: "propose_contract", step: { step: "propose_contract" }, asks: "term" },
    bureau && is === "proposed" && { name: "sign_contract", step: { step: "sign_contract" } },
    bureau && is === "proposed" && { name: "drop_contract", step: { step: "drop_contract" } },
    bureau && is === "signed" && { name: "check_contract", step: { step: "check_contract" } },
    bureau && is === "signed" && { name: "designate", step: { step: "designate" } },
    bureau && it.designated !== undefined && { name: "undesignate", step: { step: "undesignate" } },
    bureau && is === "signed" && { name: "end_contract", step: { step: "end_contract" }, asks: "note" },
  ];
  return all.filter((choice) => choice !== false);
}

export function ofFacility(it: Facility, role: Role): Choice[] {
  const is = it.stage.is;
  const bureau = role === "bureau";
  const leads = bureau || role === "supervisor";
  const house = bureau || role === "organisation";
  const runs = ["opened", "filed", "checked", "published"].includes(is);
  const graded = is === "checked" || is === "published";
  const decide = (step: string): Choice[] => [
    { name: `${step}_yes`, step: { step, fits: true } },
    { name: `${step}_no`, step: { step, fits: false }, asks: "note" },
  ];
  const all: (Choice | Choice[] | false)[] = [
    leads && is === "applied" && decide("review"),
    bureau && is === "reviewed" && decide("consent"),
    (leads || role === "front_desk") && is === "building" && { name: "ask_acceptance", step: { step: "ask_acceptance", building: it.building } },
    bureau && is === "inspected" && decide("accept"),
    leads && is === "accepted" && { name: "open", step: { step: "open" }, asks: "opening" },
    house && is === "opened" && { name: "file", step: { step: "file" } },
    bureau && is === "filed" && decide("check"),
    bureau && is === "checked" && { name: "publish", step: { step: "publish" } },
    leads && graded && it.proposed === undefined && { name: "propose_grade", step: { step: "propose_grade" }, asks: "grade" },
    bureau && it.proposed !== undefined && { name: "approve_grade", step: { step: "approve_grade" } },
    bureau && it.proposed !== undefined && { name: "reject_grade", step: { step: "reject_grade" } },
    bureau && graded && it.grade !== undefined && it.proposed === undefined && { name: "review_grade", step: { step: "review_grade" }, asks: "grade" },
    house && runs && { name: it.rebuilding ? "rebuilt" : "rebuild", step: { step: "rebuild", begins: !it.rebuilding } },
    bureau && is !== "refused" && is !== "closed" && { name: "close", step: { step: "close" }, asks: "note" },
  ];
  return all.flat().filter((choice) => choice !== false);
}
