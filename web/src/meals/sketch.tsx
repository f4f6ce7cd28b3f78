/** Rounds as a sketch, for when there is no map. */
import { t } from "../text/index.ts";
import type { Round, Stop } from "./contract.ts";

const SIZE = 320;

/** The colour of a round. */
export const hue = (index: number) => `hsl(${(index * 67) % 360} 60% 45%)`;

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

export function Sketch({ rounds }: { rounds: Round[] }) {
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
