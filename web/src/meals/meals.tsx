/** Meals of a day: the orders, the kitchens, the rounds; and for a courier their own doors. */
import { useEffect, useState } from "preact/hooks";

import type { Role } from "../contract.ts";
import { close, mealNews } from "../desk/state.ts";
import { toLocal } from "../desk/dialogs/local-time.ts";
import { t } from "../text/index.ts";
import { Rooms } from "../ui/rooms.tsx";
import { toastProblem } from "../ui/toast.tsx";
import { kitchens as allKitchens, meals as allMeals, menus, rounds as allRounds } from "./api.ts";
import { Board } from "./board.tsx";
import type { Meal, Round, Sitting, Slot } from "./contract.ts";
import { KitchenDay } from "./kitchen.tsx";
import { MenuEditor } from "./menu.tsx";
import { Rounds } from "./rounds.tsx";

const SEES: Role[] = ["operator", "supervisor", "front_desk", "kitchen"];
/** Whether this role sees what is cooked and carried. */
export const seesMeals = (role: Role | undefined) => role !== undefined && SEES.includes(role);

const SLOTS: Slot[] = ["breakfast", "lunch", "dinner"];
/** However often something changes, it is asked for again no sooner. */
const PAUSE_MS = 700;
/** And so often in any case. */
const ANYWAY_MS = 20_000;

/** Asks again a moment after the stream says that something of these changed. */
function onNews(concerns: (about: { day: string; slot: string } | "anything") => boolean, load: () => void): () => void {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const hear = (about: { day: string; slot: string } | "anything") => {
    if (!concerns(about)) return;
    timer ??= setTimeout(() => {
      timer = undefined;
      load();
    }, PAUSE_MS);
  };
  mealNews.add(hear);
  const anyway = setInterval(load, ANYWAY_MS);
  return () => {
    clearInterval(anyway);
    mealNews.delete(hear);
    clearTimeout(timer);
  };
}

export function Meals() {
  const words = t().meals;
  const [day, setDay] = useState(toLocal(Date.now()).slice(0, 10));
  const [slot, setSlot] = useState<Slot>("lunch");
  const [meals, setMeals] = useState<Meal[]>([]);
  const [sittings, setSittings] = useState<Sitting[]>([]);
  const [rounds, setRounds] = useState<Round[]>([]);
  const [kitchens, setKitchens] = useState<string[]>([]);
  useEffect(() => void allKitchens().then(setKitchens, toastProblem), []);
  const load = () => {
    void allMeals(day, slot).then(setMeals, toastProblem);
    void menus(day).then((all) => setSittings(all.filter((sitting) => sitting.slot === slot)), toastProblem);
    void allRounds(day, slot).then(setRounds, toastProblem);
  };
  useEffect(() => {
    load();
    return onNews((about) => about === "anything" || (about.day === day && about.slot === slot), load);
  }, [day, slot]);
  const dishes = new Map(sittings.flatMap((sitting) => sitting.dishes.map((dish) => [dish.id, dish.name] as const)));
  const when = (
    <div class="row">
      <input type="date" class="input" aria-label={words.day} value={day} onInput={(e) => setDay(e.currentTarget.value)} />
      <select class="input" aria-label={words.slot} value={slot} onChange={(e) => setSlot(e.currentTarget.value as Slot)}>
        {SLOTS.map((s) => (
          <option key={s} value={s}>
            {words.slots[s]}
          </option>
        ))}
      </select>
    </div>
  );
  return (
    <Rooms
      title={words.title}
      name="meals"
      rooms={["board", "menu", "kitchen", "rounds"]}
      words={words.rooms}
      above={when}
      contents={{
        board: () => <Board meals={meals} dishes={dishes} />,
        menu: () => <MenuEditor key={`${day} ${slot} ${kitchens.length}`} kitchens={kitchens} day={day} slot={slot} sittings={sittings} onChange={load} />,
        kitchen: () => (sittings.length === 0 ? <p class="muted">{words.noMenu}</p> : sittings.map((sitting) => <KitchenDay key={sitting.kitchen} sitting={sitting} onChange={load} />)),
        rounds: () => <Rounds rounds={rounds} onChange={load} />,
      }}
      onClose={() => close("meals")}
    />
  );
}
