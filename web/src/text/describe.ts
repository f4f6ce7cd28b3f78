/** Happenings and changes as sentences. */
import type { Callee, Change, Entry, IncidentEntry, Outcome, Verification } from "../contract.ts";
import { day, hhmm, window } from "./format.ts";
import { t } from "./index.ts";

export function change(c: Change, now: number): string {
  const words = t().change;
  switch (c.change) {
    case "add":
    case "reduce":
      return words[c.change](c.minutes);
    case "service":
      return words.service(t().service[c.service]);
    case "window":
      return words.window(window(c.window, now));
    case "self_pay":
      return words.self_pay((c.up_to / 100).toFixed(2));
    case "cancel":
      return words.cancel;
  }
}

const how = (v: Verification) => t().method[v.method] + (v.receipt ? ` ${v.receipt}` : "");

/** One entry of the timeline; `name` turns a caregiver's id into what is shown. */
export function happening(e: Entry, name: (id: string) => string): string {
  const words = t().happening;
  const names = (ids: string[]) => ids.map(name).join("、");
  switch (e.what) {
    case "created":
    case "done":
    case "resumed":
    case "applied":
    case "changed":
      return words[e.what];
    case "offered":
      return words.offered(names(e.to));
    case "waiting":
      return words.waiting(t().shortage[e.shortage]);
    case "scheduled":
      return words.scheduled(hhmm(e.release_at));
    case "accepted":
    case "timed_out":
    case "released":
    case "called_away":
    case "en_route":
    case "no_show":
      return words[e.what](name(e.caregiver));
    case "declined":
      return words.declined(name(e.caregiver), t().decline[e.reason]);
    case "assigned":
      return words.assigned(names(e.to), e.reason);
    case "arrived":
      return words.arrived(name(e.caregiver)) + (e.exception ? ` · ${t().exception[e.exception]}` : "");
    case "in_service":
    case "confirmed":
      return words[e.what](how(e.verification));
    case "rated":
      return words.rated(e.stars);
    case "cancelled":
      return words.cancelled(t().cancelReason[e.reason]);
    case "handed_back":
      return words.handed_back(t().handBack[e.reason]);
    case "problem_reported":
      return words.problem_reported(name(e.caregiver), t().visitProblem[e.problem]);
    case "answered":
      return words.answered(e.approved);
    case "unfunded":
      return words.unfunded(t().money.refusals[e.code] ?? e.code);
    case "overdue":
      return words.overdue(e.limit);
  }
}

/** Entries a person should not overlook. */
export const isTrouble = (e: Entry): boolean =>
  ["declined", "timed_out", "no_show", "handed_back", "unfunded", "problem_reported", "overdue", "cancelled", "waiting", "called_away"].includes(e.what);

/** Who is called, in words. */
export function callee(c: Callee, name: (id: string) => string): string {
  const words = t().alarm.callee;
  if (c.callee === "caregiver") return name(c.caregiver ?? "");
  return c.callee === "family" ? words.family(c.order ?? 1) : words[c.callee];
}

export function outcome(o: Outcome): string {
  const words = t().alarm.outcome;
  switch (o.outcome) {
    case "resolved":
      return words.resolved(o.note);
    case "false_alarm":
      return words.false_alarm(o.reason);
    case "handed_to120":
      return words.handed_to120(o.reference);
  }
}

/** One entry of an emergency's timeline. */
export function incidentHappening(e: IncidentEntry, name: (id: string) => string): string {
  const words = t().alarm.happening;
  switch (e.what) {
    case "opened":
      return words.opened(t().alarm.cause[e.cause], t().alarm.channel[e.via]);
    case "test_asked":
      return words.test_asked(`${day(e.asked_at)} ${hhmm(e.asked_at)}`);
    case "pressed":
      return words.pressed(t().alarm.cause[e.cause], e.device);
    case "cleared":
      return words.cleared(e.device);
    case "escalated":
      return words.escalated(e.step + 1, e.called.map((c) => callee(c, name)).join("、"));
    case "called":
      return e.found === "nobody" ? words.foundNobody : words.called(e.caregivers.map(name).join("、"), e.found === "last_known");
    case "called_back":
      return words.called_back;
    case "asked":
      return words.asked(callee(e, name), t().alarm.medium[e.medium]);
    case "reached":
      return words.reached(callee(e, name), t().alarm.medium[e.medium], (e.callee === "home" ? t().alarm.cameHome : t().alarm.came)[e.came]);
    case "unreached":
      return words.unreached(callee(e, name), t().alarm.medium[e.medium], t().alarm.unreached[e.reason]);
    case "exhausted":
    case "claim_stale":
    case "released":
      return words[e.what];
    case "claimed":
      return words.claimed(e.from ?? null);
    case "handed_on":
      return words.handed_on(e.to);
    case "acknowledged":
      return words.acknowledged(t().alarm.means[e.means]);
    case "accepted":
    case "declined":
    case "arrived":
      return words[e.what](name(e.caregiver));
    case "noted":
      return words.noted(e.text);
    case "closed":
      return outcome(e);
  }
}

export const isIncidentTrouble = (e: IncidentEntry): boolean =>
  ["exhausted", "claim_stale", "declined", "unreached"].includes(e.what) || (e.what === "called" && e.found !== "live");
