/**
 * A courier's round, as far as the development server has it: the contract's golden sample, on whatever day is asked
 * about. Every command has to be what its schema says, and the box's label or the elder's code has to be the right one.
 */
import { Ajv2020 } from "ajv/dist/2020.js";

import type { Me } from "../src/contract.ts";
import type { MealBody, Round } from "../src/meals/contract.ts";
import { Refusal } from "./apply.ts";
import { read } from "./registry.ts";

/** What the sample's box says. */
export const LABEL = "23456789AB";
const CODE = "0417";

export class DevMeals {
  /** Departed, with its last stop, a door, to come. */
  readonly round: Round;
  /** Every command taken, for tests that count. */
  readonly taken: { meal: string; body: MealBody }[] = [];
  readonly #valid = new Ajv2020({ strict: false, validateFormats: false }).compile(read("json/meal-request.v1.schema.json") as object);

  constructor() {
    const { round } = (read("samples/meal-event.v1.round.json") as { data: { round: Round } }).data;
    const doors = round.stops.filter((stop) => stop.at !== "courier").map((stop) => (stop.at === "door" ? { ...stop, meals: stop.meals.slice(0, 1) } : stop));
    this.round = { ...round, stops: doors };
  }

  rounds(query: URLSearchParams): { items: Round[] } {
    return { items: query.get("slot") === this.round.slot ? [{ ...this.round, day: query.get("day") ?? this.round.day }] : [] };
  }

  command(meal: string, me: Me, body: MealBody): object {
    const whole = { actor: { role: me.role, user: me.user }, caregiver: me.caregiver ?? me.user, request: "meal", meal, ...body };
    if (!this.#valid(whole)) throw new Refusal(422, "malformed", JSON.stringify(this.#valid.errors?.at(-1)));
    const right = body.action !== "deliver" || (body.proof === "scan" ? body.label === LABEL : body.code === CODE);
    if (!right) throw new Refusal(422, "wrong_proof", "this is not what the box says");
    const known = this.taken.some((taken) => taken.body.id === body.id);
    if (!known) this.taken.push({ meal, body });
    for (const stop of this.round.stops) if (stop.at === "door" && stop.meals.includes(meal)) stop.done_at ??= body.occurred_at;
    return {};
  }
}
