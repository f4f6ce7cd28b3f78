import "fake-indexeddb/auto";

import fc from "fast-check";
import { beforeEach, describe, expect, test } from "vitest";

import type { ProblemDetails } from "../../contract.ts";
import { Refused, Unreachable } from "../../net/http.ts";
import { accepted } from "../../testing/samples.ts";
import { run } from "./db.ts";
import { add, drain, entries, type Deed, type Heard } from "./outbox.ts";

const deed = (id: string): Deed => ({ kind: "order", order: "o-1", body: { id, action: "depart" } });
const problem = (status: number, code = "x"): ProblemDetails => ({ type: "", code, title: "", status, detail: "" });
const heard: Heard = { kind: "order", order: accepted("o-1", "c1") };
const quiet = { user: "u", heard: () => {}, settled: () => Promise.resolve(false) };

beforeEach(async () => {
  await run("outbox", "readwrite", (s) => s.clear());
});

/** What a try may come to. */
type Fate = "ok" | "lost" | "answer lost" | "away" | "refused";

describe("the outbox", () => {
  test("brings every step exactly once and in order, whatever the network does", async () => {
    const fates = fc.array(fc.constantFrom<Fate>("ok", "lost", "answer lost", "away", "refused"), { maxLength: 30 });
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: 8 }), fates, async (count, given) => {
        await run("outbox", "readwrite", (s) => s.clear());
        const applied: string[] = [];
        const refusedIds = new Set<string>();
        const left = [...given];
        const send = (d: Deed): Promise<Heard> => {
          const fate = left.shift() ?? "ok";
          const id = d.body.id;
          if (fate === "lost") return Promise.reject(new Unreachable());
          if (fate === "away") return Promise.reject(new Refused(problem(503)));
          if (applied.includes(id)) return fate === "answer lost" ? Promise.reject(new Unreachable()) : Promise.resolve(heard);
          if (fate === "refused") {
            refusedIds.add(id);
            return Promise.reject(new Refused(problem(409)));
          }
          applied.push(id);
          return fate === "answer lost" ? Promise.reject(new Unreachable()) : Promise.resolve(heard);
        };
        const ids = Array.from({ length: count }, (_, i) => `cmd-${i}`);
        for (const id of ids) await add("u", deed(id));
        let stop = await drain({ ...quiet, send });
        for (let i = 0; stop !== "empty" && i < 100; i++) stop = await drain({ ...quiet, send });
        expect(stop).toBe("empty");
        expect(applied).toEqual(ids.filter((id) => !refusedIds.has(id)));
        expect((await entries()).map((e) => e.deed.body.id)).toEqual([...refusedIds]);
      }),
      { numRuns: 60 },
    );
  });

  test("keeps its order of taps while more is added during sending", async () => {
    const sent: string[] = [];
    await add("u", deed("one"));
    await drain({
      ...quiet,
      send: async (d) => {
        sent.push(d.body.id);
        if (d.body.id === "one") await add("u", deed("two"));
        return heard;
      },
    });
    expect(sent).toEqual(["one", "two"]);
  });

  test("stops for a new sign-in and keeps everything", async () => {
    await add("u", deed("one"));
    expect(await drain({ ...quiet, send: () => Promise.reject(new Refused(problem(401))) })).toBe("sign_in");
    expect(await entries()).toHaveLength(1);
  });

  test("sends nothing of someone else's", async () => {
    await add("other", deed("theirs"));
    expect(await drain({ ...quiet, send: () => Promise.reject(new Error("must not be sent")) })).toBe("empty");
    expect(await entries()).toHaveLength(1);
  });

  test("drops a refused step that is already so, and goes on past one that is not", async () => {
    await add("u", deed("settled"));
    await add("u", deed("refused"));
    await add("u", deed("fine"));
    const sent: string[] = [];
    const send = (d: Deed) => {
      sent.push(d.body.id);
      return d.body.id === "fine" ? Promise.resolve(heard) : Promise.reject(new Refused(problem(409, "wrong_stage")));
    };
    const settled = (e: { deed: Deed }) => Promise.resolve(e.deed.body.id === "settled");
    expect(await drain({ ...quiet, send, settled })).toBe("empty");
    expect(sent).toEqual(["settled", "refused", "fine"]);
    expect((await entries()).map((e) => [e.deed.body.id, e.refused?.code])).toEqual([["refused", "wrong_stage"]]);
  });

  test("keeps a refused step of which it could not ask whether it is so, and tries again", async () => {
    await add("u", deed("one"));
    const send = () => Promise.reject(new Refused(problem(409, "wrong_stage")));
    expect(await drain({ ...quiet, send, settled: () => Promise.resolve("later" as const) })).toBe("later");
    expect((await entries()).map((e) => [e.refused, e.attempts])).toEqual([[undefined, 1]]);
    expect(await drain({ ...quiet, send, settled: () => Promise.resolve(true) })).toBe("empty");
    expect(await entries()).toEqual([]);
  });
});
