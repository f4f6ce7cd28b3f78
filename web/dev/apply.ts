/** Commands applied to an order, as `domain::order::apply` does it, for development only. */
import type { Actor, CancelReason, Change, CommandBody, Decision, Exclusion, Member, Order, Stage, Visit } from "../src/contract.ts";
import { isClosed, pendingSeat, people, seats, visit } from "../src/store/order.ts";
import { factsOf } from "./district.ts";
import { requirement } from "./services.ts";

/** A problem the server answers with. */
export class Refusal extends Error {
  readonly status: number;
  readonly code: string;
  constructor(status: number, code: string, detail: string) {
    super(detail);
    this.status = status;
    this.code = code;
  }
}

export interface Utterance {
  actor: Actor;
  caregiver: string | null;
  now: number;
  decide(order: Order, byHand: string[]): Decision;
}

export function applyAction(order: Order, command: CommandBody, by: Utterance): Order {
  const occurred = command.occurred_at && Date.parse(command.occurred_at) < by.now ? command.occurred_at : undefined;
  const at = occurred ?? iso(by.now);
  const note = (what: object): Order["timeline"][0] =>
    ({ at: iso(by.now), ...(occurred ? { occurred_at: occurred } : {}), by: by.actor, command: command.id, ...what }) as Order["timeline"][0];
  const become = (stage: Stage, what: object): Order => ({ ...factsOf(order), ...stage, timeline: [...order.timeline, note(what)] });
  const me = speaker(order, by);
  switch (command.action) {
    case "accept": {
      const seat = pendingSeat(order, me);
      if (!seat || seat.offer !== command.offer || Date.parse(seat.expires_at) <= by.now) throw gone();
      const all = seats(order).map((s) => (s === seat ? { ...s, accepted_at: iso(by.now) } : s));
      const what = { what: "accepted", caregiver: me };
      if (order.stage !== "offered" || all.some((s) => !s.accepted_at)) return { ...become({ ...(order as Order & { stage: "offered" }), seats: all }, what) };
      const team = all.map((s) => ({ caregiver: s.caregiver, offer: s.offer, accepted_at: s.accepted_at as string, ...(s.leg ? { leg: s.leg } : {}) }));
      const start = all.map((s) => s.start).sort().at(-1) as string;
      return become({ stage: "accepted", start, team, decision: order.decision }, what);
    }
    case "decline": {
      const seat = pendingSeat(order, me);
      if (!seat || seat.offer !== command.offer) throw gone();
      return become(vacated(order, me, by.now, "declined"), { what: "declined", caregiver: me, reason: command.reason });
    }
    case "depart":
      return become({ ...onTheWay(order, "depart", "accepted", "en_route"), stage: "en_route", team: marked(order, me, { departed_at: at }) }, { what: "en_route", caregiver: me });
    case "arrive": {
      const there = onTheWay(order, "arrive", "accepted", "en_route");
      const team = marked(order, me, { departed_at: at, arrived_at: at, ...(command.exception ? { exception: command.exception } : {}) });
      const stage = team.every((m) => m.arrived_at) ? "arrived" : "en_route";
      const { place, exception } = command;
      return become({ ...there, stage, team }, { what: "arrived", caregiver: me, ...(place ? { place } : {}), ...(exception ? { exception } : {}) });
    }
    case "start":
      return become({ ...onTheWay(order, "start", "arrived"), stage: "in_service", started_at: at, identified: command.verification }, { what: "in_service", verification: command.verification });
    case "finish":
      if (order.stage !== "in_service") throw wrong("finish", order);
      return become({ ...order, stage: "done", finished_at: at }, { what: "done" });
    case "confirm":
      if (order.stage !== "done") throw wrong("confirm", order);
      return become({ ...order, stage: "confirmed", confirmed_at: at, confirmed_by: command.verification }, { what: "confirmed", verification: command.verification });
    case "rate":
      if (order.stage !== "confirmed") throw wrong("rate", order);
      return become({ ...order, stars: command.stars }, { what: "rated", stars: command.stars });
    case "no_show":
      return become({ ...onTheWay(order, "no_show", "arrived"), stage: "no_show", at }, { what: "no_show", caregiver: me });
    case "report_problem": {
      if (isClosed(order)) throw wrong("report_problem", order);
      const what = { what: "problem_reported", caregiver: me, problem: command.problem };
      if (command.can_continue) return become(order, what);
      if (order.stage === "in_service") return become({ stage: "at_desk", since: iso(by.now), reason: "problem" }, what);
      return become(vacated(order, me, by.now, "removed"), what);
    }
    case "apply": {
      if (isClosed(order)) throw wrong("apply", order);
      const application = { id: command.id, caregiver: me, change: command.change, reason: command.reason, at: iso(by.now) };
      order.applications = [...(order.applications ?? []), application];
      return become(order, { what: "applied" });
    }
    case "answer": {
      const open = order.applications?.find((a) => a.id === command.application && !a.verdict);
      if (!open) throw new Refusal(404, "no_such_application", "no such open application");
      open.verdict = { approved: command.approve, by: by.actor, at: iso(by.now), reason: command.reason };
      return become(command.approve ? changed(order, open.change, by.now, "staff_application") : order, { what: "answered", approved: command.approve });
    }
    case "change":
      return become(changed(order, command.change, by.now, "elder_wish"), { what: "changed" });
    case "cancel":
      return become(cancelled(order, command.reason, by.now), { what: "cancelled", reason: command.reason });
    case "assign": {
      if (isClosed(order) || order.stage === "in_service") throw wrong("assign", order);
      if (command.caregivers.length !== order.requirement.team_size) throw new Refusal(422, "team_size", `this order takes ${order.requirement.team_size}`);
      const decision = by.decide(order, command.caregivers);
      const team = command.caregivers.map((caregiver) => ({ caregiver, offer: `${command.id}-${caregiver}`.slice(-40), accepted_at: iso(by.now) }));
      return become({ stage: "accepted", start: iso(by.now + 900_000), team, decision: { id: decision.id, method: "by_hand" } }, { what: "assigned", to: command.caregivers, reason: command.reason, decision: decision.id });
    }
    case "hand_back":
      if (isClosed(order) || order.stage === "in_service" || order.stage === "at_desk") throw wrong("hand_back", order);
      return become({ stage: "at_desk", since: iso(by.now), reason: "operator" }, { what: "handed_back", reason: "operator" });
    case "resume":
      if (order.stage !== "at_desk" && order.stage !== "waiting") throw wrong("resume", order);
      order.ruled_out = [];
      order.tries = 0;
      return become({ stage: "waiting", since: iso(by.now), retry_at: iso(by.now) }, { what: "resumed" });
  }
}

const iso = (ms: number) => new Date(ms).toISOString();
const gone = () => new Refusal(409, "offer_gone", "this offer is no longer open: it ran out or was withdrawn");
const wrong = (action: string, order: Order) => new Refusal(409, "wrong_stage", `${action} is not possible while the order is ${order.stage}; reload it`);

function speaker(order: Order, by: Utterance): string {
  if (by.caregiver) {
    if (!people(order).includes(by.caregiver)) throw seats(order).length > 0 ? gone() : new Refusal(409, "not_on_team", `caregiver ${by.caregiver} is not on this order`);
    return by.caregiver;
  }
  return visit(order)?.team[0]?.caregiver ?? "";
}

function onTheWay(order: Order, action: string, ...stages: Order["stage"][]): Visit {
  const found = visit(order);
  if (!found || !stages.includes(order.stage)) throw wrong(action, order);
  return { start: found.start, team: found.team, decision: found.decision };
}

const marked = (order: Order, me: string, what: Partial<Member>): Member[] =>
  (visit(order)?.team ?? []).map((m) => (m.caregiver === me ? { ...what, ...m } : m));

/** Empties someone's seat; the others of the team keep theirs. */
export function vacated(order: Order, caregiver: string, now: number, reason: Exclusion): Stage {
  order.ruled_out = [...(order.ruled_out ?? []), { caregiver, reason, at: iso(now) }];
  const start = visit(order)?.start ?? iso(now);
  const kept = [
    ...seats(order).filter((s) => s.caregiver !== caregiver),
    ...(visit(order)?.team ?? []).filter((m) => m.caregiver !== caregiver).map((m) => ({ ...m, offered_at: m.accepted_at, expires_at: m.accepted_at, start })),
  ];
  return { stage: "waiting", since: iso(now), retry_at: iso(now), ...(kept.length > 0 ? { seats: kept } : {}) };
}

function cancelled(order: Order, reason: CancelReason, now: number): Stage {
  if (isClosed(order) || order.stage === "in_service") throw wrong("cancel", order);
  return { stage: "cancelled", at: iso(now), reason, team: people(order) };
}

function changed(order: Order, change: Change, now: number, reason: CancelReason): Stage {
  if (isClosed(order)) throw wrong("change", order);
  const waiting: Stage = { stage: "waiting", since: iso(now), retry_at: iso(now) };
  switch (change.change) {
    case "add":
    case "reduce": {
      const minutes = order.requirement.duration / 60 + (change.change === "add" ? change.minutes : -change.minutes);
      if (minutes < 5 || minutes > 480) throw new Refusal(422, "minutes_out_of_range", `a visit takes 5 to 480 minutes, not ${minutes}`);
      order.requirement.duration = minutes * 60;
      return order;
    }
    case "service":
      order.service = change.service;
      order.requirement = requirement(change.service, order.family_present);
      return waiting;
    case "window":
      order.window = change.window;
      return waiting;
    case "self_pay":
      throw new Refusal(422, "not_paid_here", "the development server keeps no accounts");
    case "cancel":
      return cancelled(order, reason, now);
  }
}
