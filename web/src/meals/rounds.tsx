/** The rounds of a slot, on the map and listed; a door is dragged to another round, and the answer comes at once. */
import { useEffect, useRef, useState } from "preact/hooks";

import { caregiverName } from "../desk/names.ts";
import { baseMap } from "../desk/state.ts";
import type { RoundsView } from "../map/rounds-view.ts";
import { hhmm } from "../text/format.ts";
import { t } from "../text/index.ts";
import { toastProblem } from "../ui/toast.tsx";
import { deed } from "./api.ts";
import type { Round } from "./contract.ts";
import { hue, Sketch } from "./sketch.tsx";

const KIND = "application/x-care-door";

const isOpen = (round: Round) => round.stage === "planned" || round.stage === "departed";
const doors = (round: Round) => round.stops.filter((stop) => stop.at === "door");

/** On the district's streets; while there is no map, or none can be had, as a sketch. */
function Drawn({ rounds }: { rounds: Round[] }) {
  const base = baseMap.value;
  const box = useRef<HTMLDivElement>(null);
  const view = useRef<RoundsView | null>(null);
  const latest = useRef(rounds);
  latest.current = rounds;
  useEffect(() => {
    const element = box.current;
    if (!element || base === null || base === "failed") return;
    let gone = false;
    void import("../map/rounds-view.ts").then(({ RoundsView }) => {
      if (gone) return;
      view.current = new RoundsView(element, base, hue);
      view.current.show(latest.current);
    });
    return () => {
      gone = true;
      view.current?.destroy();
      view.current = null;
    };
  }, [base]);
  useEffect(() => view.current?.show(rounds), [rounds]);
  if (base === null || base === "failed") return <Sketch rounds={rounds} />;
  return <div ref={box} class="rounds-map" data-testid="rounds-map" role="img" aria-label={t().meals.rooms.rounds} />;
}

export function Rounds({ rounds, onChange }: { rounds: Round[]; onChange: () => void }) {
  const words = t().meals;
  const open = rounds.filter(isOpen);
  const [over, setOver] = useState<string | null>(null);
  const drop = (to: Round, before: number) => (event: DragEvent) => {
    event.preventDefault();
    event.stopPropagation();
    setOver(null);
    const text = event.dataTransfer?.getData(KIND);
    if (!text) return;
    const { elder, from } = JSON.parse(text) as { elder: string; from: string };
    void deed({ request: "move", elder, from, to: to.id, before }).then(onChange, toastProblem);
  };
  const depart = (round: Round) => void deed({ request: "depart", round: round.id }).then(onChange, toastProblem);
  if (open.length === 0) return <p class="muted">{words.noRounds}</p>;
  return (
    <div class="row top">
      <Drawn rounds={open} />
      <div class="grow">
        {open.map((round, index) => (
          <section
            key={round.id}
            class={over === round.id ? "round over" : "round"}
            data-round={round.id}
            onDragOver={(e) => {
              if (round.stage !== "planned") return;
              e.preventDefault();
              setOver(round.id);
            }}
            onDragLeave={() => setOver(null)}
            onDrop={drop(round, doors(round).length)}
          >
            <h3>
              <span style={{ color: hue(index) }}>■</span> {words.round(caregiverName(round.courier), round.trip)} {round.pinned && <span class="badge">{words.pinned}</span>}{" "}
              {round.stage === "planned" ? (
                <button type="button" class="button quiet" onClick={() => depart(round)}>
                  {words.depart}
                </button>
              ) : (
                <span class="badge">{words.departed}</span>
              )}
            </h3>
            <ol>
              {doors(round).map((stop, number) => (
                <li
                  key={stop.elder}
                  data-elder={stop.elder}
                  draggable={round.stage === "planned"}
                  onDragStart={(e) => e.dataTransfer?.setData(KIND, JSON.stringify({ elder: stop.elder, from: round.id }))}
                  onDrop={drop(round, number)}
                >
                  <span class="mono">{stop.elder}</span> {hhmm(stop.eta)} {stop.done_at ? "✓" : ""}
                </li>
              ))}
            </ol>
          </section>
        ))}
      </div>
    </div>
  );
}
