import { expect, test } from "vitest";

import type { OwnStep, Roster } from "../../kept/contract.ts";
import type { Entry } from "./outbox.ts";
import { isRosterSettled, overlayRoster } from "./roster-overlay.ts";

const shift = { earliest: "2026-11-24T00:30:00.000Z", latest: "2026-11-24T09:30:00.000Z" };
const roster = (caregiver: string, change: Partial<Roster> = {}): Roster => ({ caregiver, organisation: "o", revision: 1, shifts: [shift], breaks: [], leaves: [], swaps: [], taken: [], open: false, record: [], ...change });
const theirs = roster("c2", { swaps: [{ id: "w1", shift, to: "c1", stage: "asked" }, { id: "w2", shift, to: "c3", stage: "asked" }] });
let seq = 0;
const entry = (step: OwnStep, caregiver = "c1"): Entry => ({ seq: ++seq, user: "u", attempts: 0, deed: { kind: "roster", caregiver, body: { id: `k${seq}`, ...step } } });
const ask: OwnStep = { step: "ask_leave", leave: "l1", span: shift, kind: "sick" };

test("shows what was asked for and offered before the centre has heard it", () => {
  const { roster: shown } = overlayRoster(roster("c1"), [], [entry(ask), entry({ step: "offer_swap", swap: "w9", shift, to: "c2" })]);
  expect(shown.leaves).toEqual([{ id: "l1", span: shift, kind: "sick", stage: "asked", pending: true }]);
  expect(shown.swaps).toEqual([{ id: "w9", shift, to: "c2", stage: "asked", pending: true }]);
  const taken = overlayRoster(roster("c1"), [], [entry(ask), entry({ step: "withdraw_leave", leave: "l1" })]);
  expect(taken.roster.leaves.map((it) => it.stage)).toEqual(["withdrawn"]);
});

test("shows the centre's word once it has it, and nothing of what it refused", () => {
  const known = roster("c1", { leaves: [{ id: "l1", span: shift, kind: "sick", stage: "granted" }] });
  expect(overlayRoster(known, [], [entry(ask)]).roster).toBe(known);
  const refused = { ...entry(ask), refused: { type: "", code: "x", title: "", status: 409, detail: "" } };
  expect(overlayRoster(roster("c1"), [], [refused]).roster.leaves).toEqual([]);
});

test("is asked by others about what is theirs, and by nobody about somebody else", () => {
  expect(overlayRoster(roster("c1"), [theirs], []).asked).toEqual([{ id: "w1", shift, to: "c1", stage: "asked", from: "c2" }]);
  const answered = overlayRoster(roster("c1"), [theirs], [entry({ step: "answer_swap", swap: "w1", agree: true }, "c2")]);
  expect(answered.asked.map((it) => [it.stage, it.pending])).toEqual([["agreed", true]]);
});

test("a refusal is nothing where it is already so", () => {
  const kept = roster("c1", { leaves: [{ id: "l1", span: shift, kind: "sick", stage: "asked" }] });
  expect(isRosterSettled({ caregiver: "c1", step: ask }, [kept])).toBe(true);
  expect(isRosterSettled({ caregiver: "c1", step: { step: "withdraw_leave", leave: "l1" } }, [kept])).toBe(false);
  expect(isRosterSettled({ caregiver: "c2", step: { step: "answer_swap", swap: "w1", agree: true } }, [theirs])).toBe(false);
  expect(isRosterSettled({ caregiver: "c9", step: ask }, [kept])).toBe(false);
});
