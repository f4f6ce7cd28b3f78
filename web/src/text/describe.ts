/** Happenings and changes as sentences. */
import type { Change, Entry, Verification } from "../contract.ts";
import { hhmm, window } from "./format.ts";
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
    case "overdue":
      return words.overdue(e.limit);
  }
}

/** Entries a person should not overlook. */
export const isTrouble = (e: Entry): boolean =>
  ["declined", "timed_out", "no_show", "handed_back", "problem_reported", "overdue", "cancelled", "waiting"].includes(e.what);
