import fc from "fast-check";
import { describe, expect, test } from "vitest";

import type { LiveEvent } from "../contract.ts";
import { at, cancelled, KPI, presence, snapshot, waiting } from "../testing/samples.ts";
import { EMPTY, learn, MAX_CLOSED, MAX_LETTERS, reduce } from "./world.ts";

const ids = fc.constantFrom("a", "b", "c", "d");

/** Any event but a snapshot, as the server sends them: sequences and revisions only grow. */
const deltas: fc.Arbitrary<LiveEvent[]> = fc
  .array(
    fc.oneof(
      ids.map((id) => ({ kind: "order" as const, id })),
      fc.tuple(ids, fc.integer({ min: 0, max: 99 })).map(([id, minute]) => ({ kind: "position" as const, id, minute })),
      fc.tuple(ids, fc.constantFrom("on", "off", "break")).map(([id, duty]) => ({ kind: "presence" as const, id, duty: duty as "on" })),
      fc.constant({ kind: "kpi" as const }),
    ),
    { maxLength: 60 },
  )
  .map((steps) => {
    let sequence = 100;
    const revisions = new Map<string, number>();
    return steps.map((s): LiveEvent => {
      if (s.kind === "order") {
        const revision = (revisions.get(s.id) ?? 0) + 1;
        revisions.set(s.id, revision);
        sequence += 1;
        return { event: "order", sequence, kind: "care.order.changed.v1", at: at(0), order: waiting(s.id, { revision }) };
      }
      if (s.kind === "position") return { event: "positions", positions: [{ caregiver: s.id, at: at(s.minute), place: { lon: s.minute, lat: 0 } }] };
      if (s.kind === "presence") return { event: "presence", presence: presence(s.id, { duty: s.duty }) };
      return { event: "kpi", kpi: { ...KPI, waiting: sequence } };
    });
  });

const begun = reduce(EMPTY, [{ event: "snapshot", ...snapshot(100) }]);

describe("the world", () => {
  test("comes out the same however its events are batched", () => {
    fc.assert(
      fc.property(deltas, fc.array(fc.integer({ min: 1, max: 9 })), (events, cuts) => {
        const atOnce = reduce(begun, events);
        let world = begun;
        let rest = events;
        for (const cut of cuts) {
          world = reduce(world, rest.slice(0, cut));
          rest = rest.slice(cut);
        }
        expect(reduce(world, rest)).toEqual(atOnce);
      }),
    );
  });

  test("is unharmed when orders arrive twice, as after a resume", () => {
    fc.assert(
      fc.property(deltas, fc.nat(60), (events, from) => {
        const world = reduce(begun, events);
        const again = events.slice(from).filter((e) => e.event === "order");
        expect(reduce(world, again)).toEqual(world);
      }),
    );
  });

  test("equals a snapshot taken after the deltas, as far as orders go", () => {
    fc.assert(
      fc.property(deltas, (events) => {
        const world = reduce(begun, events);
        const fresh = reduce(EMPTY, [{ event: "snapshot", ...snapshot(world.sequence, [...world.orders.values()]) }]);
        expect(fresh.orders).toEqual(world.orders);
        expect(fresh.sequence).toBe(world.sequence);
      }),
    );
  });

  test("leaves alone what nothing touched, and never changes what was handed out", () => {
    const world = reduce(begun, [{ event: "order", sequence: 101, kind: "k", at: at(0), order: waiting("a") }]);
    const next = reduce(world, [{ event: "presence", presence: presence("a") }]);
    expect(next.orders).toBe(world.orders);
    expect(next.presences).not.toBe(world.presences);
    expect(world.presences.size).toBe(0);
  });

  test("ignores an order whose sequence is not ahead", () => {
    const late: LiveEvent = { event: "order", sequence: 99, kind: "k", at: at(0), order: waiting("z") };
    expect(reduce(begun, [late]).orders.has("z")).toBe(false);
  });

  test("learns an answered order without moving the sequence, and nothing older", () => {
    const world = learn(begun, waiting("a", { revision: 3 }));
    expect(world.sequence).toBe(100);
    expect(learn(world, waiting("a", { revision: 2 }))).toBe(world);
    const delta: LiveEvent = { event: "order", sequence: 101, kind: "k", at: at(0), order: waiting("a", { revision: 2 }) };
    expect(reduce(world, [delta]).orders.get("a")?.revision).toBe(3);
  });

  test("keeps the older position out and forgets whoever goes off duty", () => {
    const place = { lon: 1, lat: 1 };
    const moved = reduce(begun, [
      { event: "positions", positions: [{ caregiver: "a", at: at(5), place }] },
      { event: "positions", positions: [{ caregiver: "a", at: at(4), place: { lon: 2, lat: 2 } }] },
    ]);
    expect(moved.positions.get("a")?.place).toEqual(place);
    expect(reduce(moved, [{ event: "presence", presence: presence("a", { duty: "off" }) }]).positions.size).toBe(0);
  });

  test("is not ready after a reset but keeps showing what it knows", () => {
    const world = reduce(learn(begun, waiting("a")), [{ event: "reset", reason: "too_slow" }]);
    expect(world.ready).toBe(false);
    expect(world.orders.size).toBe(1);
  });

  test("stays bounded", () => {
    const many = Array.from({ length: MAX_CLOSED + 50 }, (_, i) => cancelled(`o-${i}`, i));
    const letters = Array.from({ length: MAX_LETTERS + 5 }, (_, i) => ({ id: i + 1, service: "s", district: "d", subject: "x", code: "c", detail: "", payload: "", at: at(i) }));
    const world = reduce(EMPTY, [{ event: "snapshot", ...snapshot(1, many), dead_letters: letters }]);
    expect(world.orders.size).toBe(MAX_CLOSED);
    expect(world.orders.has("o-0")).toBe(false);
    expect(world.orders.has(`o-${MAX_CLOSED + 49}`)).toBe(true);
    expect(world.letters).toHaveLength(MAX_LETTERS);
    expect(world.letters[0]?.at).toBe(at(MAX_LETTERS + 4));
  });
});
