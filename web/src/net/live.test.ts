import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";

import type { LiveEvent } from "../contract.ts";
import { at, snapshot, waiting } from "../testing/samples.ts";
import { backoff } from "./backoff.ts";
import { Live, type Connection } from "./live.ts";

/** A server one can write to: each connection records the cursor it was asked to resume from. */
class Server {
  cursors: (string | null)[] = [];
  status = 200;
  #writer: ReadableStreamDefaultController<Uint8Array> | null = null;

  fetch: typeof fetch = (_, init) => {
    this.cursors.push(new Headers(init?.headers).get("last-event-id"));
    if (this.status !== 200) return Promise.resolve(new Response("{}", { status: this.status }));
    const body = new ReadableStream<Uint8Array>({
      start: (c) => {
        this.#writer = c;
        init?.signal?.addEventListener("abort", () => c.error(new Error("aborted")));
      },
    });
    return Promise.resolve(new Response(body));
  };

  write(event: LiveEvent, id?: number): void {
    this.raw(`event: ${event.event}\n${id === undefined ? "" : `id: ${id}\n`}data: ${JSON.stringify(event)}\n\n`);
  }
  raw(text: string): void {
    this.#writer?.enqueue(new TextEncoder().encode(text));
  }
  cut(): void {
    this.#writer?.error(new Error("cut"));
  }
}

const orderEvent = (sequence: number): LiveEvent => ({ event: "order", sequence, kind: "k", at: at(0), order: waiting(`o-${sequence}`) });

describe("the live stream", () => {
  let server: Server;
  let events: LiveEvent[];
  let states: Connection[];
  let live: Live;

  beforeEach(() => {
    vi.useFakeTimers();
    server = new Server();
    events = [];
    states = [];
    live = new Live({ url: "/live", fetch: server.fetch, random: () => 0, onEvents: (e) => events.push(...e), onState: (s) => states.push(s) });
    void live.run();
  });
  afterEach(() => {
    live.stop();
    vi.useRealTimers();
  });
  const settle = (ms = 1) => vi.advanceTimersByTimeAsync(ms);

  test("resumes after the last order it has seen", async () => {
    await settle();
    server.write({ event: "snapshot", ...snapshot(10) }, 10);
    server.write(orderEvent(11), 11);
    server.write({ event: "positions", positions: [] });
    await settle();
    server.cut();
    await settle(1000);
    expect(server.cursors).toEqual([null, "11"]);
    expect(states).toEqual(["connecting", "live", "reconnecting", "resumed"]);
    expect(events.map((e) => e.event)).toEqual(["snapshot", "order", "positions"]);
  });

  test("starts without a cursor after a reset", async () => {
    await settle();
    server.write({ event: "snapshot", ...snapshot(10) }, 10);
    server.write({ event: "reset", reason: "too_slow" });
    await settle(1000);
    expect(server.cursors).toEqual([null, null]);
    expect(states).toEqual(["connecting", "live", "reset"]);
  });

  test("takes a silent line for dead, a pinged one for alive", async () => {
    await settle();
    server.write({ event: "snapshot", ...snapshot(10) }, 10);
    for (let i = 0; i < 4; i++) {
      await settle(15_000);
      server.raw(": ping\n\n");
    }
    await settle();
    expect(server.cursors).toHaveLength(1);
    await settle(21_000);
    expect(server.cursors).toEqual([null, "10"]);
  });

  test("says when the session has ended", async () => {
    live.stop();
    server.status = 401;
    const renew = () => Promise.resolve("ended" as const);
    await new Live({ url: "/live", fetch: server.fetch, renew, onEvents: () => {}, onState: (s) => states.push(s) }).run();
    expect(states.at(-1)).toBe("signed_out");
  });

  test("goes on with a renewed token when its own has ended", async () => {
    live.stop();
    server.status = 401;
    const renew = () => {
      server.status = 200;
      return Promise.resolve("renewed" as const);
    };
    const slept = new Live({ url: "/live", fetch: server.fetch, renew, random: () => 0, onEvents: () => {}, onState: (s) => states.push(s) });
    void slept.run();
    await settle(5_000);
    server.write({ event: "snapshot", ...snapshot(10) }, 10);
    await settle();
    expect(states.at(-1)).toBe("live");
    slept.stop();
  });

  test("keeps trying, ever more slowly, while nobody answers", async () => {
    live.stop();
    server.status = 503;
    const patient = new Live({ url: "/live", fetch: server.fetch, random: () => 1, onEvents: () => {}, onState: () => {} });
    void patient.run();
    const before = server.cursors.length;
    await settle(60_000);
    const tries = server.cursors.length - before;
    expect(tries).toBeGreaterThan(4);
    expect(tries).toBeLessThan(9);
    patient.stop();
  });
});

test("the pause grows to a bound and never falls below half of it", () => {
  expect(backoff(0, () => 0)).toBe(250);
  expect(backoff(0, () => 1)).toBe(500);
  expect(backoff(50, () => 1)).toBe(20_000);
  expect(backoff(50, () => 0)).toBe(10_000);
});
