import { describe, expect, test } from "vitest";

import type { Incident } from "../contract.ts";
import { clock, isFree, isPerhapsATest, nextToClaim, rings, standing, waited } from "./incident.ts";
import { EMPTY, MAX_CLOSED_INCIDENTS, reduce } from "./world.ts";
import { at, NOON, snapshot } from "../testing/samples.ts";

const deed = (minutes: number) => ({ by: { role: "operator" as const, user: "li" }, at: at(minutes), means: "desk" as const });
const incident = (id: string, change: Partial<Incident> = {}): Incident =>
  ({
    id,
    revision: 1,
    subject: { whom: "elder", id: "e-1" },
    device: "mqtt-b1",
    class: "pendant",
    registered: true,
    cause: "sos",
    opened_at: at(0),
    presses: [{ at: at(0), device: "mqtt-b1", via: "mqtt", cause: "sos" }],
    escalation: { plan: "home", taken: 1, round: 0 },
    stage: "open",
    ...change,
  }) as Incident;
const event = (i: Incident) => ({ event: "incident" as const, kind: "", at: i.opened_at, incident: i });

describe("the world's emergencies", () => {
  test("go by revision: what comes twice or late changes nothing", () => {
    const second = incident("i1", { revision: 2, stage: "acknowledged", acknowledged: deed(1) } as Partial<Incident>);
    const world = reduce(EMPTY, [event(incident("i1")), event(second), event(incident("i1"))]);
    expect(world.incidents.get("i1")).toBe(second);
    expect(reduce(world, [event(second)]).incidents).toBe(world.incidents);
  });

  test("an open one is never forgotten", () => {
    const closed = (n: number) => incident(`c${n}`, { stage: "closed", acknowledged: deed(1), closed: deed(2), outcome: "resolved", note: "" , opened_at: at(n + 1) } as Partial<Incident>);
    const events = [event(incident("open")), ...Array.from({ length: MAX_CLOSED_INCIDENTS + 5 }, (_, n) => event(closed(n)))];
    const world = reduce(EMPTY, events);
    expect(world.incidents.has("open")).toBe(true);
    expect(world.incidents.size).toBe(MAX_CLOSED_INCIDENTS + 1);
    expect(world.incidents.has("c0")).toBe(false);
  });

  test("a snapshot of an older edge has none", () => {
    expect(reduce(EMPTY, [{ event: "snapshot", ...snapshot(1) }]).incidents.size).toBe(0);
  });
});

describe("what stands", () => {
  test("a press that was asked for as a test call says so and rings all the same", () => {
    const by = { role: "system" as const };
    const timeline = [{ at: at(0), by, what: "test_asked" as const, asked_at: at(-30) }] as unknown as Incident["timeline"];
    const asked = incident("i1", { timeline } as Partial<Incident>);
    expect([isPerhapsATest(asked), isPerhapsATest(incident("i2"))]).toEqual([true, false]);
    expect(rings(asked)).toBe(true);
  });

  const answered = incident("answered", { stage: "acknowledged", acknowledged: deed(1), claim: { by: "li", at: at(0) } } as Partial<Incident>);
  const drill = incident("drill", { drill: true });
  const late = incident("late", { opened_at: at(-2) });
  const claimed = incident("claimed", { opened_at: at(-3), claim: { by: "wang", at: at(0) } });

  test("the real before drills, the unanswered first, the oldest of them first", () => {
    expect(standing([answered, drill, incident("new"), late]).map((i) => i.id)).toEqual(["late", "new", "answered", "drill"]);
  });

  test("the answer clock stops with the answer", () => {
    expect([clock(late, NOON), clock(incident("x"), NOON), clock(incident("x"), NOON + 50_000), clock(answered, NOON)]).toEqual(["late", "fresh", "soon", "answered"]);
    expect(waited(answered, NOON + 999_999)).toBe(60_000);
  });

  test("a key press claims the first that nobody has, and rings stop with a claim", () => {
    expect(nextToClaim(standing([claimed, late, answered]), "li")?.id).toBe("late");
    expect(isFree({ ...claimed, claim: { by: "wang", at: at(0), stale: true } })).toBe(true);
    expect([rings(late), rings(claimed), rings(answered), rings(drill)]).toEqual([true, false, false, false]);
  });
});
