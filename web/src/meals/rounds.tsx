/** The rounds of a slot, drawn and listed; a door is dragged to another round, and the answer comes at once. */
import { useState } from "preact/hooks";

import { caregiverName } from "../desk/names.ts";
import { hhmm } from "../text/format.ts";
import { t } from "../text/index.ts";
import { toastProblem } from "../ui/toast.tsx";
import { deed } from "./api.ts";
import type { Round, Stop } from "./contract.ts";

const KIND = "application/x-care-door";
const SIZE = 320;

const isOpen = (round: Round) => round.stage === "planned" || round.stage === "departed";
const doors = (round: Round) => round.stops.filter((stop) => stop.at === "door");
const hue = (index: number) => `hsl(${(index * 67) % 360} 60% 45%)`;

/** Places as points of a square. */
export function fit(stops: Stop[]): (stop: Stop) => [number, number] {
  const lons = stops.map((s) => s.place.lon);
  const lats = stops.map((s) => s.place.lat);
  const [west, south] = [Math.min(...lons), Math.min(...lats)];
  const shrink = Math.cos((south * Math.PI) / 180);
  const span = Math.max((Math.max(...lons) - west) * shrink, Math.max(...lats) - south, 1e-6);
  const scale = (SIZE - 20) / span;
  return (stop) => [10 + (stop.place.lon - west) * shrink * scale, SIZE - 10 - (stop.place.lat - south) * scale];
}

function Sketch({ rounds }: { rounds: Round[] }) {
  const all = rounds.flatMap((round) => round.stops);
  if (all.length === 0) return null;
  const at = fit(all);
  return (
    <svg class="sketch" viewBox={`0 0 ${SIZE} ${SIZE}`} width={SIZE} height={SIZE} role="img" aria-label={t().meals.rooms.rounds}>
      {rounds.map((round, index) => (
        <g key={round.id} stroke={hue(index)} fill="none">
          <polyline points={round.stops.map((stop) => at(stop).join(",")).join(" ")} stroke-width="1.5" stroke-dasharray={round.stage === "planned" ? "4 3" : undefined} />
          {round.stops.map((stop) => {
            const [x, y] = at(stop);
            return stop.at === "door" ? (
              <circle key={stop.elder} cx={x} cy={y} r="3" fill={stop.done_at ? "none" : hue(index)} />
            ) : (
              <rect key={stop.kitchen ?? stop.courier} x={x - 4} y={y - 4} width="8" height="8" fill={hue(index)} />
            );
          })}
        </g>
      ))}
    </svg>
  );
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
      <Sketch rounds={open} />
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
