/**
 * What the registry keeps, as far as the development server has it: the contract's golden samples, under the ids of the
 * generated district, and the steps that the pages offer. Every step has to be what its schema says.
 */
import { readFileSync } from "node:fs";

import { Ajv2020 } from "ajv/dist/2020.js";

import type { Me } from "../src/contract.ts";
import type { Facility, KeptStep, Organisation, Plan, Roster } from "../src/kept/contract.ts";
import { blank } from "../src/kept/standing.ts";
import { Refusal } from "./apply.ts";
import type { DevDistrict } from "./district.ts";
import { takeFacility, takeOrganisation } from "./houses.ts";
import { takeRoster } from "./roster.ts";

const SCHEMAS = new URL("../../schemas/", import.meta.url);
/** A file of the contract. */
export const read = (path: string) => JSON.parse(readFileSync(new URL(path, SCHEMAS), "utf8")) as unknown;
/** What a golden reply of the contract answers. */
export const sample = <T>(name: string): T => (read(`samples/${name}.v1.json`) as { ok: T }).ok;

/** As it comes in: a step with its command's id and a note. */
export type Taking = KeptStep & { id?: string; note?: string };
export type About = "organisation" | "facility" | "roster" | "plan";
/** By which name each kind's steps say what they are about. */
const NAMED = { organisation: "organisation", facility: "facility", roster: "caregiver", plan: "plan" } as const;

export class DevRegistry {
  readonly organisations: Organisation[];
  readonly facilities: Facility[];
  readonly rosters = new Map<string, Roster>();
  readonly plans: Plan[];
  /** Every step taken, for tests that count. */
  readonly taken: { about: About; entry: string; command: string; step: string }[] = [];
  readonly #answers = new Map<string, unknown>();
  readonly #valid = new Ajv2020({ strict: false, validateFormats: false }).compile(read("json/registry-command.v1.schema.json") as object);
  readonly #district: DevDistrict;

  constructor(district: DevDistrict) {
    this.#district = district;
    const [caregiver, other] = [...district.caregivers.values()].filter((c) => c.profile.organisation === "org-1").map((c) => c.profile.id);
    const elder = [...district.elders.keys()][0] as string;
    this.organisations = sample<{ items: Organisation[] }>("organisations-reply").items.map((it) => ({ ...it, id: "org-1" }));
    this.facilities = sample<{ items: Facility[] }>("facilities-reply").items.map((it) => ({ ...it, operator: "org-1" }));
    this.plans = sample<{ items: Plan[] }>("plans-reply").items.map((it) => ({ ...it, elder }));
    for (const it of sample<{ items: Roster[] }>("rosters-reply").items) {
      const swaps = it.swaps.map((swap) => ({ ...swap, to: other as string }));
      this.rosters.set(caregiver as string, { ...it, caregiver: caregiver as string, organisation: "org-1", swaps });
    }
  }

  list(kind: string, me: Me, query: URLSearchParams): unknown {
    const today = this.#district.instant().slice(0, 10);
    const wanted = <T>(items: T[], id: (it: T) => string): T[] => items.filter((it) => !query.get("id") || id(it) === query.get("id"));
    const open = query.get("open") === "true";
    switch (kind) {
      case "organisations":
        return { today, items: wanted(this.organisations, (it) => it.id) };
      case "facilities":
        return { today, holidays_known: true, items: wanted(this.facilities, (it) => it.id) };
      case "rosters":
        return { items: me.caregiver ? this.#rostersOf(me.caregiver) : wanted([...this.rosters.values()], (it) => it.caregiver).filter((it) => !open || it.open) };
      default:
        return { items: wanted(this.plans, (it) => it.id).filter((it) => !open || it.stage !== "ended") };
    }
  }

  /** One's own, and of the others' what they ask of one. */
  #rostersOf(caregiver: string): Roster[] {
    const own = this.rosters.get(caregiver);
    const asking = [...this.rosters.values()].flatMap((it) => {
      const swaps = it.swaps.filter((swap) => swap.to === caregiver && (swap.stage === "asked" || swap.stage === "agreed"));
      return swaps.length === 0 ? [] : [{ ...it, shifts: [], breaks: [], leaves: [], taken: [], record: [], swaps }];
    });
    return [...(own ? [own] : []), ...asking];
  }

  take(about: About, entry: string, me: Me, taking: Taking, command: string): unknown {
    const answered = this.#answers.get(command);
    if (answered) return { ...(answered as object), unchanged: true };
    const { id: _, note = "", ...step } = taking;
    const whole = { request: "step", id: command, by: { role: me.role, user: me.user }, note, about, [NAMED[about]]: entry, ...step };
    if (!this.#valid(whole)) throw new Refusal(422, "malformed", `${step.step}: ${JSON.stringify(this.#valid.errors?.at(-1))}`);
    const kept = this.#step(about, entry, me, step);
    kept.revision += 1;
    kept.record = [...kept.record, { on: this.#district.instant().slice(0, 10), by: { role: me.role, user: me.user }, step: step.step, ...(note && { note }) }];
    const answer = { id: entry, revision: kept.revision, unchanged: false };
    this.#answers.set(command, answer);
    this.taken.push({ about, entry, command, step: step.step });
    return answer;
  }

  #step(about: About, entry: string, me: Me, step: KeptStep): Organisation | Facility | Roster | Plan {
    switch (about) {
      case "organisation":
        return takeOrganisation(this.organisations, entry, step);
      case "facility":
        return takeFacility(this.facilities, entry, step);
      case "plan":
        return takePlan(this.plans, entry, step);
      case "roster":
        return takeRoster((id) => this.#roster(id), entry, me, step);
    }
  }

  #roster(id: string): Roster {
    const known = this.rosters.get(id);
    if (known) return known;
    const profile = this.#district.caregivers.get(id)?.profile;
    if (!profile) throw new Refusal(404, "unknown_person", `there is no ${id}; register them first`);
    const made = blank(profile);
    this.rosters.set(id, made);
    return made;
  }
}

const FOLLOWS: Record<string, [from: Plan["stage"][], to: Plan["stage"]]> = {
  pause: [["running"], "paused"],
  resume: [["paused"], "running"],
  end: [["running", "paused"], "ended"],
};

function takePlan(plans: Plan[], id: string, step: KeptStep): Plan {
  const it = plans.find((plan) => plan.id === id);
  if (!it) {
    if (step.step !== "begin") throw new Refusal(404, "unknown_entry", `there is no ${id}`);
    const { elder, visit } = step as unknown as Pick<Plan, "elder" | "visit">;
    const begun: Plan = { id, elder, revision: 0, visit, stage: "running", skipped: [], record: [], made: [] };
    plans.push(begun);
    return begun;
  }
  const follows = FOLLOWS[step.step];
  const open = it.stage !== "ended";
  if (follows ? !follows[0].includes(it.stage) : !open || step.step === "begin") throw new Refusal(409, "wrong_step", `${step.step} does not follow from ${it.stage}`);
  if (follows) it.stage = follows[1];
  if (step.step === "change") it.visit = step["visit"] as Plan["visit"];
  if (step.step === "skip") it.skipped = [...it.skipped, step["day"] as string];
  return it;
}
