/** The orders of a slot: how many stand where, and those that want somebody. */
import { t } from "../text/index.ts";
import { Table } from "../money/table.tsx";
import { yuan } from "../money/api.ts";
import type { Meal, MealStage } from "./contract.ts";

const STAGES: MealStage[] = ["ordered", "on_the_way", "delivered", "undelivered", "cancelled"];

/** Nobody opened, nothing pays, or not handed over: somebody has to see to it. */
const wantsSomebody = (meal: Meal) => meal.welfare !== undefined || meal.stage === "undelivered" || (meal.stage === "ordered" && meal.funding?.state === "refused");

export function Board({ meals, dishes }: { meals: Meal[]; dishes: ReadonlyMap<string, string> }) {
  const words = t().meals;
  const wanted = meals.filter(wantsSomebody);
  return (
    <>
      <div class="row" data-testid="meal-stages">
        {STAGES.map((stage) => (
          <span key={stage} class="badge" data-stage={stage}>
            {words.stages[stage]} {meals.filter((meal) => meal.stage === stage).length}
          </span>
        ))}
      </div>
      <Table heads={[words.elder, words.dish, words.serving, words.price, words.state, words.matter]} empty={words.allWell}>
        {wanted.map((meal) => (
          <tr key={meal.id} data-meal={meal.id}>
            <th scope="row" class="mono">
              {meal.elder}
            </th>
            <td>{dishes.get(meal.dish) ?? meal.dish}</td>
            <td>{words.servings[meal.serving]}</td>
            <td>{yuan(meal.price)}</td>
            <td>{words.stages[meal.stage]}</td>
            <td>{meal.welfare ? <span class="badge danger">{words.welfare}</span> : meal.funding?.state === "refused" ? words.unpaid : (meal.why ?? "")}</td>
          </tr>
        ))}
      </Table>
    </>
  );
}
