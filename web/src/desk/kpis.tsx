/** The figures of the day; what needs someone is marked, the rest stays quiet. */
import type { StreetShare } from "../contract.ts";
import { latency, percent } from "../text/format.ts";
import { t } from "../text/index.ts";
import { useFigures } from "./figures.ts";
import { panel, queues, world } from "./state.ts";

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
    { key: "waiting", label: words.waiting, value: String(kpi.waiting), ...note(waitingNote(kpi.offered, queues.value.scheduled.length)) },
    { key: "underway", label: words.underway, value: String(kpi.underway) },
    { key: "offer", label: words.offer, value: latency(kpi.offer_p50_ms), ...note(kpi.offer_p95_ms === null ? null : words.p95(latency(kpi.offer_p95_ms))) },
    { key: "accept", label: words.accept, value: latency(kpi.accept_p50_ms), ...note(kpi.accept_p95_ms === null ? null : words.p95(latency(kpi.accept_p95_ms))) },
    { key: "on_time", label: words.on_time, value: percent(kpi.on_time), ...(kpi.on_time !== null && kpi.on_time < 0.9 ? { mark: "warn" as const } : {}) },
    { key: "on_shift", label: words.on_shift, value: String(kpi.on_shift) },
    { key: "stale", label: words.stale, value: String(kpi.stale), ...(kpi.stale > 0 ? { mark: "warn" as const } : {}) },
    { key: "done", label: words.done, value: String(kpi.done), ...note(kpi.stars === null ? null : words.stars(kpi.stars.toFixed(1))) },
  ];
}

/** What of the waiting is no trouble: asked just now, or an appointment ahead. */
function waitingNote(offered: number, ahead: number): string | null {
  const words = t().kpi;
  const parts = [offered > 0 ? words.offered(offered) : "", ahead > 0 ? words.ahead(ahead) : ""].filter((part) => part !== "");
  return parts.length === 0 ? null : parts.join(" · ");
}

/** How alarms are answered and how many devices live: asked for, not streamed. */
function useSafety(): Tile[] {
  const words = t().alarm;
  const { answering, shares } = useFigures();
  const found: Tile[] = [];
  if (answering && answering.alarms > 0) {
    const low = answering.within_60 !== null && answering.within_60 < GOAL_60;
    const note = words.within60Note(`${GOAL_60 * 100}%`, answering.alarms);
    found.push({ key: "within_60", label: words.within60, value: percent(answering.within_60), note, ...(low ? { mark: "danger" as const } : {}) });
  }
  const sum = (of: (s: StreetShare) => number) => (shares?.streets ?? []).reduce((all, s) => all + of(s), 0);
  const devices = sum((s) => s.devices);
  if (devices > 0) {
    const proved = sum((s) => s.proved);
    const silent = sum((s) => s.silent);
    const failed = sum((s) => s.failed);
    // Never rounded up: one silent button is not a hundred percent.
    const value = `${Math.floor((proved / devices) * 1000) / 10}%`;
    found.push({ key: "devices", label: words.devices, value, note: [words.devicesNote(silent, sum((s) => s.faulty)), failed > 0 ? words.devicesFailed(failed) : ""].filter((part) => part !== "").join(" · "), ...(proved < devices ? { mark: "warn" as const } : {}) });
  }
  return found;
}

/** TSA: 97.5 % of alarms are answered within 60 s. */
const GOAL_60 = 0.975;

export const Kpis = () => (
  <ul class="kpis" aria-label={t().kpi.label}>
    {[...useSafety(), ...tiles()].map((tile) => (
      <li key={tile.key} data-kpi={tile.key} class={tile.mark}>
        <span class="label">{tile.label}</span>
        <span class="value">{tile.value}</span>
        <span class="note">{tile.note}</span>
        {tile.key === "devices" && (
          <button type="button" class="button quiet" data-act="trials" onClick={() => (panel.value = "trials")}>
            {t().alarm.trials}
          </button>
        )}
      </li>
    ))}
  </ul>
);
