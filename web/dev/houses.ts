/** Steps about organisations and facilities, as far as the development server knows them. */
import type { Facility, FacilityStage, KeptStep, Organisation, Term } from "../src/kept/contract.ts";
import { Refusal } from "./apply.ts";

const wrong = (step: string, stage: string) => new Refusal(409, "wrong_step", `${step} does not follow from ${stage}`);

export function takeOrganisation(all: Organisation[], id: string, step: KeptStep): Organisation {
  let it = all.find((known) => known.id === id);
  if (step.step === "register") {
    if (Object.values(step["checks"] as object).includes(false)) throw new Refusal(422, "checks_open", "not all of what is looked at holds");
    if (!it) all.push((it = { id, revision: 0, name: "", contract: { is: "registered" }, record: [] }));
    it.name = step["name"] as string;
    return it;
  }
  if (!it) throw new Refusal(404, "unknown_entry", `there is no ${id}`);
  const { contract } = it;
  if (step.step === "propose_contract" && contract.is !== "proposed") it.contract = { is: "proposed", term: step["term"] as Term };
  else if (step.step === "sign_contract" && contract.is === "proposed") it.contract = { is: "signed", term: contract.term, checked_on: contract.term.from };
  else throw wrong(step.step, contract.is);
  return it;
}

const YES: Record<string, [from: FacilityStage, to: FacilityStage]> = { review: ["applied", "reviewed"], consent: ["reviewed", "building"] };

export function takeFacility(all: Facility[], id: string, step: KeptStep): Facility {
  const it = all.find((known) => known.id === id);
  if (!it) {
    if (step.step !== "apply") throw new Refusal(404, "unknown_entry", `there is no ${id}`);
    const applied: Facility = { id, revision: 0, building: step["building"] as Facility["building"], stage: { is: "applied" }, rebuilding: false, record: [] };
    all.push(applied);
    return applied;
  }
  const follows = YES[step.step];
  if (!follows || follows[0] !== it.stage.is) throw wrong(step.step, it.stage.is);
  it.stage = { is: step["fits"] ? follows[1] : "refused" };
  return it;
}
