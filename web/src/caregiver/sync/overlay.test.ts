import { describe, expect, test } from "vitest";

import type { OrderAction } from "../../contract.ts";
import { accepted, at, offered, presence } from "../../testing/samples.ts";
import { stepOf } from "../view/steps.ts";
import type { Entry } from "./outbox.ts";
import { isSettled, overlay, overlayDuty } from "./overlay.ts";

let seq = 0;
const entry = (action: OrderAction, order = "o"): Entry => ({ seq: ++seq, user: "u", attempts: 0, deed: { kind: "order", order, body: { id: `cmd-${seq}`, occurred_at: at(seq), ...action } } });

describe("the outbox over the order", () => {
  test("walks through the whole visit before anything was heard", () => {
    const steps: OrderAction[] = [
      { action: "accept", offer: "f-c1" },
      { action: "depart" },
      { action: "arrive" },
      { action: "start", verification: { method: "face" } },
      { action: "finish" },
      { action: "confirm", verification: { method: "card" } },
    ];
    const seen = [];
    const queued: Entry[] = [];
    for (const step of steps) {
      queued.push(entry(step));
      seen.push(overlay(offered("o", "c1"), queued, "c1").order.stage);
    }
    expect(seen).toEqual(["accepted", "en_route", "arrived", "in_service", "done", "confirmed"]);
  });

  test("waits for the other of a team of two", () => {
    const queued = [entry({ action: "depart" }), entry({ action: "arrive" })];
    const { order, pending } = overlay(accepted("o", "c1", "c2"), queued, "c1");
    expect(order.stage).toBe("en_route");
    expect(pending).toBe(true);
    expect(stepOf(order, "c1")).toBe("start");
    expect(stepOf(order, "c2")).toBe("depart");
  });

  test("is nothing once the centre has the command", () => {
    const depart = entry({ action: "depart" });
    const known = accepted("o", "c1");
    known.timeline = [{ at: at(1), by: { role: "caregiver" }, command: depart.deed.body.id, what: "en_route", caregiver: "c1" }];
    expect(overlay(known, [depart], "c1")).toEqual({ order: known, pending: false, left: false });
  });

  test("ignores other orders and what was refused, and changes nothing that does not fit", () => {
    const order = accepted("o", "c1");
    const refused = { ...entry({ action: "depart" }), refused: { type: "", code: "x", title: "", status: 409, detail: "" } };
    expect(overlay(order, [refused, entry({ action: "depart" }, "other")], "c1").order).toBe(order);
    expect(overlay(order, [entry({ action: "finish" })], "c1").order.stage).toBe("accepted");
  });

  test("hides what was declined", () => {
    expect(overlay(offered("o", "c1"), [entry({ action: "decline", offer: "f-c1", reason: "busy" })], "c1").left).toBe(true);
  });

  test("shows the duty as it will be", () => {
    const duty: Entry = { seq: 1, user: "u", attempts: 0, deed: { kind: "duty", body: { id: "d1", duty: "break", occurred_at: at(0) } } };
    expect(overlayDuty(presence("c1"), [duty])).toEqual({ duty: "break", pending: true });
    expect(overlayDuty(presence("c1", { applied: ["d1"] }), [duty])).toEqual({ duty: "on", pending: false });
  });
});

test("a refused arrival is settled when the geofence was first", () => {
  const order = accepted("o", "c1");
  const body = { id: "x", action: "arrive" as const };
  expect(isSettled(body, order, "c1")).toBe(false);
  const there = { ...order, team: [{ caregiver: "c1", offer: "f-c1", accepted_at: at(1), arrived_at: at(9) }] } as typeof order;
  expect(isSettled(body, there, "c1")).toBe(true);
});
