/** One kitchen's day: what goes into the pots, what has to be watched, what is printed. */
import { useEffect, useState } from "preact/hooks";

import { hhmm } from "../text/format.ts";
import { t } from "../text/index.ts";
import { toastProblem } from "../ui/toast.tsx";
import { count, deed, paper } from "./api.ts";
import type { Clash, KitchenCount, Sitting } from "./contract.ts";

export const clashText = (clash: Clash): string => {
  const words = t().meals;
  switch (clash.clash) {
    case "allergy":
      return words.allergy(words.allergens[clash.allergen] ?? clash.allergen);
    case "diet":
      return words.diets[clash.diet] ?? clash.diet;
    case "texture":
      return words.textures[clash.texture] ?? clash.texture;
    case "dislike":
      return words.dislike(clash.ingredient);
  }
};

export function KitchenDay({ sitting, onChange }: { sitting: Sitting; onChange: () => void }) {
  const words = t().meals;
  const [known, setKnown] = useState<KitchenCount | null>(null);
  const { day, slot, kitchen } = sitting;
  useEffect(() => void count(day, slot, kitchen).then(setKnown, toastProblem), [sitting]);
  const cook = (dish: string, done: boolean) =>
    void deed({ request: "cook", sitting: { day, slot, kitchen }, dish, done }).then(onChange, toastProblem);
  if (!known) return <p class="muted">{t().app.loading}</p>;
  return (
    <section data-kitchen={kitchen}>
      <h3>{kitchen}</h3>
      <p class="muted">{words.closes(hhmm(known.cut_off_at), known.given_up, known.unmet)}</p>
      <div class="row">
        {(["labels", "kitchen", "routes"] as const).map((what) => (
          <a key={what} class="button" href={paper(what, day, slot, kitchen)} target="_blank" rel="noopener">
            {words.papers[what]}
          </a>
        ))}
      </div>
      <ul class="plain">
        {known.dishes.map((dish) => {
          const pot = sitting.pots?.[dish.dish];
          return (
            <li key={dish.dish} data-dish={dish.dish}>
              <b>{dish.name}</b> {words.portions(dish.portions)}{" "}
              {pot?.pot === "cooked" ? (
                <span class="badge">{words.cooked(hhmm(pot.at))}</span>
              ) : (
                <button type="button" class="button quiet" onClick={() => cook(dish.dish, pot !== undefined)}>
                  {pot ? words.done : words.cook}
                </button>
              )}
              <div class="muted">
                {dish.kinds.map((k) => `${words.sizes[k.size] ?? k.size} ${words.textures[k.texture] ?? k.texture} × ${k.portions}`).join(" · ")}
              </div>
              <div>
                {dish.clashes.map((c) => (
                  <span key={clashText(c)} class={c.clash === "allergy" ? "badge danger" : "badge"}>
                    {clashText(c)} × {c.portions}
                  </span>
                ))}
              </div>
            </li>
          );
        })}
      </ul>
    </section>
  );
}
