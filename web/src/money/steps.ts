/** Which steps a role can take about a matter as it stands; the server has the last word. */
import type { Role } from "../contract.ts";
import { stageOf } from "./api.ts";
import type { Matter, Step } from "./contract.ts";

export interface Choice {
  /** Its name among the words. */
  name: string;
  step: Step;
  roles: readonly Role[];
}

const COMMUNITY: readonly Role[] = ["front_desk", "operator", "supervisor"];
const STREET: readonly Role[] = ["supervisor"];
const BUREAU: readonly Role[] = ["bureau"];
const DECIDE: readonly Role[] = ["supervisor", "bureau"];

const choice = (name: string, roles: readonly Role[], step: Step): Choice => ({ name, roles, step });
const APPROVE = [choice("approve", DECIDE, { step: "approve" }), choice("reject", DECIDE, { step: "reject" })];

/** By kind and stage. A survey asks for facts, so it has a form of its own. */
const CHOICES: Record<string, Choice[]> = {
  "application survey": [choice("withdraw", COMMUNITY, { step: "withdraw" })],
  "application notice": [
    choice("review_yes", STREET, { step: "review", in_order: true }),
    choice("review_no", STREET, { step: "review", in_order: false }),
    choice("object", COMMUNITY, { step: "object" }),
    choice("withdraw", COMMUNITY, { step: "withdraw" }),
  ],
  "application decision": [
    choice("decide_yes", BUREAU, { step: "decide", approve: true }),
    choice("decide_no", BUREAU, { step: "decide", approve: false }),
    choice("withdraw", COMMUNITY, { step: "withdraw" }),
  ],
  "application refused": [choice("tell", COMMUNITY, { step: "tell" })],
  "application approved": [
    choice("check_yes", DECIDE, { step: "check", eligible: true }),
    choice("check_no", DECIDE, { step: "check", eligible: false }),
  ],
  "follow_up to_call": [
    choice("call_settled", COMMUNITY, { step: "call", outcome: "settled" }),
    choice("call_complaint", COMMUNITY, { step: "call", outcome: "complaint" }),
    choice("call_no_answer", COMMUNITY, { step: "call", outcome: "no_answer" }),
  ],
  "complaint open": [
    choice("dismiss", DECIDE, { step: "dismiss" }),
    choice("uphold_light", DECIDE, { step: "uphold", fault: "staff", severity: "light" }),
    choice("uphold_serious", DECIDE, { step: "uphold", fault: "organisation", severity: "serious" }),
    choice("uphold_grave", DECIDE, { step: "uphold", fault: "organisation", severity: "grave" }),
  ],
  "complaint founded": [choice("lift", BUREAU, { step: "lift" })],
  "violation to_rectify": [
    choice("rectified", BUREAU, { step: "rectify", done: true }),
    choice("not_rectified", BUREAU, { step: "rectify", done: false }),
  ],
  "violation stopped": [choice("lift", BUREAU, { step: "lift" })],
  "rating proposed": APPROVE,
  "correction proposed": APPROVE,
  "grant proposed": APPROVE,
  "grant published": [choice("pay", BUREAU, { step: "pay" })],
};

export function choices(matter: Matter, role: Role): Choice[] {
  if (!matter.open) return [];
  return (CHOICES[`${matter.kind} ${stageOf(matter)}`] ?? []).filter((c) => c.roles.includes(role));
}

export const surveys = (matter: Matter, role: Role) => matter.kind === "application" && stageOf(matter) === "survey" && COMMUNITY.includes(role);
