/** Ranks candidates with the terms the real matcher has, on straight lines or the generated roads. */
import type { Decision, Exclusion, Order, Ranked, Term } from "../src/contract.ts";
import { rank } from "../src/store/order.ts";
import type { DevDistrict } from "./district.ts";
import { metresBetween } from "./roads.ts";

const WEIGHT: Record<Term["kind"], number> = {
  response: 1000,
  tardiness: 4000,
  detour: 500,
  displacement: 2000,
  idle: 100,
  workload: 2000,
  continuity: -240_000,
  rating: 400,
  staleness: 90_000,
};

export function decide(d: DevDistrict, order: Order, byHand: string[] | null): Decision {
  const seats = "seats" in order ? (order.seats ?? []) : [];
  const need = order.requirement.team_size - seats.length;
  const excluded = new Map<Exclusion, { id: string; metres: number }[]>();
  const singles: Ranked[] = [];
  for (const [id] of d.caregivers) {
    const at = d.positions.get(id);
    const metres = at ? Math.round(metresBetween(at.place, order.place) * 1.3) : 0;
    const reason = exclude(d, order, id, metres);
    if (reason && !byHand?.includes(id)) excluded.set(reason, [...(excluded.get(reason) ?? []), { id, metres }]);
    else singles.push(rate(d, order, id, metres));
  }
  singles.sort((a, b) => a.score - b.score);
  const ranked = need === 2 ? pairs(singles) : singles;
  const best = byHand ? null : ranked[0];
  return {
    id: d.newId("d"),
    order: order.id,
    at: d.instant(),
    method: byHand ? "by_hand" : "insert",
    considered: d.caregivers.size,
    ranked: ranked.slice(0, 8),
    chosen: byHand ?? best?.team ?? [],
    excluded: [...excluded].map(([reason, found]) => ({
      reason,
      count: found.length,
      caregivers: found.sort((a, b) => a.metres - b.metres).slice(0, 32).map((f) => f.id),
    })),
    ...(byHand || best ? {} : { shortage: need === 2 && singles.length > 0 ? ("team_incomplete" as const) : ("all_busy" as const) }),
  };
}

function exclude(d: DevDistrict, order: Order, id: string, metres: number): Exclusion | null {
  const profile = d.caregivers.get(id)?.profile;
  const presence = d.presences.get(id);
  const held = order.ruled_out?.find((r) => r.caregiver === id);
  const busy = d.busyWith(id).filter((o) => o.id !== order.id);
  if (!presence || presence.duty === "off") return "off_duty";
  if (held) return held.reason;
  if (presence.duty === "break") return "on_break";
  if (!order.requirement.qualifications.every((q) => profile?.certificates.some((c) => c.qualification === q))) return "unqualified";
  if (presence.signal === "lost" || !d.positions.has(id)) return "position_lost";
  if (busy.some((o) => o.stage === "offered")) return "holds_offer";
  if (busy.length > 0 && rank(order.priority) > 0) return "committed";
  if (metres > (profile?.max_radius ?? 0)) return "outside_radius";
  return null;
}

function rate(d: DevDistrict, order: Order, id: string, metres: number): Ranked {
  const seconds = Math.round(metres / 4.6) + 40;
  const profile = d.caregivers.get(id)?.profile;
  const work = [...d.orders.values()].filter((o) => "finished_at" in o && o.team.some((m) => m.caregiver === id)).length;
  const known = (hash(id + order.elder) & 7) === 0;
  const start = Math.max(d.now + seconds * 1000, Date.parse(order.window.earliest));
  const terms: Term[] = [term("response", Math.round((start - d.now) / 1000))];
  const late = Math.round((start - Date.parse(order.window.latest)) / 1000);
  if (late > 0) terms.push(term("tardiness", late));
  if (work > 0) terms.push(term("workload", work * 12));
  terms.push(term("rating", 500 - (profile?.rating ?? 450)));
  if (known) terms.push(term("continuity", 1));
  if (d.presences.get(id)?.signal === "stale") terms.push(term("staleness", 1));
  const source = (hash(id) & 31) === 1 ? "great_circle" : "network";
  return { team: [id], legs: [{ seconds, metres, source }], start: d.instant(start), score: sum(terms), terms };
}

function pairs(singles: Ranked[]): Ranked[] {
  const found: Ranked[] = [];
  const few = singles.slice(0, 6);
  few.forEach((a, i) => {
    for (const b of few.slice(i + 1)) {
      const kinds = new Set([...a.terms, ...b.terms].map((t) => t.kind));
      const value = (r: Ranked, kind: Term["kind"]) => r.terms.find((t) => t.kind === kind)?.value ?? 0;
      const terms = [...kinds].map((k) => term(k, k === "response" ? Math.max(value(a, k), value(b, k)) : value(a, k) + value(b, k)));
      found.push({ team: [...a.team, ...b.team], legs: [...a.legs, ...b.legs], start: a.start > b.start ? a.start : b.start, score: sum(terms), terms });
    }
  });
  return found.sort((a, b) => a.score - b.score);
}

const term = (kind: Term["kind"], value: number): Term => ({ kind, value, weight: WEIGHT[kind] });
const sum = (terms: Term[]) => terms.reduce((s, t) => s + t.value * t.weight, 0);
const hash = (text: string) => [...text].reduce((h, c) => (h * 31 + c.charCodeAt(0)) | 0, 7);
