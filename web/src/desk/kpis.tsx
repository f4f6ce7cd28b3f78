/** The figures of the day; what needs someone is marked, the rest stays quiet. */
import { latency, percent } from "../text/format.ts";
import { t } from "../text/index.ts";
import { world } from "./state.ts";

interface Tile {
  key: string;
  label: string;
  value: string;
  note?: string;
  mark?: "danger" | "warn";
}

/** The figures as tiles, shared by desk and wall. */
export function tiles(): Tile[] {
  const kpi = world.value.kpi;
  const words = t().kpi;
  if (!kpi) return [];
  const note = (text: string | null) => (text === null ? {} : { note: text });
  return [
    { key: "at_desk", label: words.at_desk, value: String(kpi.at_desk), ...(kpi.at_desk > 0 ? { mark: "danger" as const } : {}) },
    { key: "waiting", label: words.waiting, value: String(kpi.waiting), ...(kpi.offered > 0 ? { note: words.offered(kpi.offered) } : {}) },
    { key: "underway", label: words.underway, value: String(kpi.underway) },
    { key: "offer", label: words.offer, value: latency(kpi.offer_p50_ms), ...note(kpi.offer_p95_ms === null ? null : words.p95(latency(kpi.offer_p95_ms))) },
    { key: "accept", label: words.accept, value: latency(kpi.accept_p50_ms), ...note(kpi.accept_p95_ms === null ? null : words.p95(latency(kpi.accept_p95_ms))) },
    { key: "on_time", label: words.on_time, value: percent(kpi.on_time), ...(kpi.on_time !== null && kpi.on_time < 0.9 ? { mark: "warn" as const } : {}) },
    { key: "on_shift", label: words.on_shift, value: String(kpi.on_shift) },
    { key: "stale", label: words.stale, value: String(kpi.stale), ...(kpi.stale > 0 ? { mark: "warn" as const } : {}) },
    { key: "done", label: words.done, value: String(kpi.done), ...note(kpi.stars === null ? null : words.stars(kpi.stars.toFixed(1))) },
  ];
}

export const Kpis = () => (
  <ul class="kpis" aria-label={t().kpi.label}>
    {tiles().map((tile) => (
      <li key={tile.key} data-kpi={tile.key} class={tile.mark}>
        <span class="label">{tile.label}</span>
        <span class="value">{tile.value}</span>
        <span class="note">{tile.note}</span>
      </li>
    ))}
  </ul>
);
