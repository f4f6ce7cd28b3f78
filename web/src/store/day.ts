/** A caregiver's day as bars on a time axis: accepted, travelling, serving. Pure. */
import type { Order } from "../contract.ts";
import { visit } from "./order.ts";

export type BarKind = "accepted" | "travelling" | "serving";
export interface Bar {
  order: string;
  kind: BarKind;
  from: number;
  to: number;
  /** What is still ahead is drawn lighter. */
  planned: boolean;
}

/** The bars of every caregiver who has any; what has not ended yet reaches to now, planned service beyond it. */
export function bars(orders: Iterable<Order>, now: number): Map<string, Bar[]> {
  const found = new Map<string, Bar[]>();
  for (const order of orders) {
    for (const m of visit(order)?.team ?? []) {
      const own = found.get(m.caregiver) ?? [];
      found.set(m.caregiver, own);
      own.push(...memberBars(order, m.accepted_at, m.departed_at, m.arrived_at, now));
    }
  }
  return found;
}

function memberBars(order: Order, accepted: string, departed: string | undefined, arrived: string | undefined, now: number): Bar[] {
  const bar = (kind: BarKind, from: number, to: number, planned = false): Bar[] => (to > from ? [{ order: order.id, kind, from, to, planned }] : []);
  const ms = (at: string | undefined) => (at === undefined ? undefined : Date.parse(at));
  const started = "started_at" in order ? Date.parse(order.started_at) : undefined;
  const finished = "finished_at" in order ? Date.parse(order.finished_at) : order.stage === "no_show" ? Date.parse(order.at) : undefined;
  const length = order.requirement.duration * 1000;
  const left = ms(departed);
  const there = ms(arrived);
  const planned = visit(order)?.start;
  const begin = started ?? Math.max(now, planned ? Date.parse(planned) : now);
  return [
    ...bar("accepted", Date.parse(accepted), left ?? Math.min(now, begin)),
    ...(left === undefined ? [] : bar("travelling", left, there ?? now)),
    ...(there === undefined || finished !== undefined || started !== undefined ? [] : bar("accepted", there, now)),
    ...(started === undefined ? [] : bar("serving", started, finished ?? now)),
    ...(finished === undefined ? bar("serving", Math.max(now, begin), (started ?? begin) + length, true) : []),
  ];
}
