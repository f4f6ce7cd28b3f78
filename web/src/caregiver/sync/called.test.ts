import { describe, expect, test } from "vitest";

import type { Incident } from "../../contract.ts";
import { called } from "./called.ts";
import type { Entry } from "./outbox.ts";

const BASE = {
  id: "i1",
  revision: 1,
  subject: { whom: "elder", id: "e1" },
  device: "b1",
  class: "pendant",
  registered: true,
  cause: "sos",
  opened_at: "2026-11-22T08:00:00.000Z",
  presses: [],
  escalation: { plan: "home", taken: 1, round: 0 },
  calls: [{ callee: "caregiver", caregiver: "c1", at: "2026-11-22T08:00:00.000Z", step: 0, round: 0, answer: "waiting" }],
  timeline: [],
  stage: "open",
} as unknown as Incident;

const deed = (action: string, id = "k1"): Entry => ({ seq: 1, user: "u", attempts: 0, deed: { kind: "incident", incident: "i1", body: { id, action } as never } });
const by = { role: "caregiver" as const };
const accepted = { by, at: BASE.opened_at, means: "app" as const };

describe("an alarm on the phone", () => {
  test("concerns who is asked, and nobody else", () => {
    expect(called(BASE, [], "c1")?.step).toBe("asked");
    expect(called(BASE, [], "c2")).toBeNull();
    expect(called({ ...BASE, subject: { whom: "caregiver", id: "c1" } }, [], "c1")).toBeNull();
  });

  test("shows what was tapped before the centre has heard it, and the centre's word once it has", () => {
    expect(called(BASE, [deed("accept")], "c1")).toMatchObject({ step: "going", pending: true });
    expect(called(BASE, [deed("decline")], "c1")).toBeNull();
    expect(called(BASE, [deed("accept"), deed("arrive", "k2")], "c1")).toMatchObject({ step: "there", pending: true });
    const heard = { ...BASE, stage: "responding", acknowledged: accepted, responders: [{ caregiver: "c1", accepted }], timeline: [{ at: BASE.opened_at, by, command: "k1", what: "accepted", caregiver: "c1", means: "app" }] } as Incident;
    expect(called(heard, [deed("accept")], "c1")).toMatchObject({ step: "going", pending: false });
    expect(called(heard, [deed("accept")], "c2")).toBeNull();
  });

  test("what the centre refused changes nothing", () => {
    const refused = { ...deed("accept"), refused: { type: "", code: "taken", title: "", status: 409, detail: "" } };
    expect(called(BASE, [refused], "c1")).toMatchObject({ step: "asked", pending: false });
  });
});
