import { afterEach, describe, expect, test, vi } from "vitest";

import { get, post, Refused, Unreachable } from "./http.ts";

/** A server whose token has ended; `renewal` is what it says to a renewal. */
function asleep(renewal: () => Response | Promise<Response>) {
  const calls: string[] = [];
  let awake = false;
  const refused = () => new Response(JSON.stringify({ code: "token_expired", detail: "" }), { status: 401 });
  vi.stubGlobal("fetch", async (path: string, init?: RequestInit) => {
    calls.push(`${init?.method ?? "GET"} ${path}`);
    if (path !== "/api/v1/session/renew") return awake ? new Response('{"user":"c1"}') : refused();
    const answer = await renewal();
    awake = answer.ok;
    return answer;
  });
  return calls;
}

describe("a call after a long sleep", () => {
  afterEach(() => vi.unstubAllGlobals());

  test("is repeated with a renewed token, and nobody notices", async () => {
    const calls = asleep(() => new Response("{}"));
    expect(await get("/api/v1/me")).toEqual({ user: "c1" });
    expect(calls).toEqual(["GET /api/v1/me", "POST /api/v1/session/renew", "GET /api/v1/me"]);
  });

  test("shares one renewal with all that are refused at the same time", async () => {
    const calls = asleep(async () => {
      await new Promise((resolve) => setTimeout(resolve, 5));
      return new Response("{}");
    });
    await Promise.all([get("/a"), post("/b", {}), get("/c")]);
    expect(calls.filter((call) => call.endsWith("/renew"))).toHaveLength(1);
  });

  test("is refused when the sign-in is over, and unreachable when nobody can tell", async () => {
    asleep(() => new Response("{}", { status: 401 }));
    await expect(get("/api/v1/me")).rejects.toBeInstanceOf(Refused);
    asleep(() => new Response("{}", { status: 503 }));
    await expect(get("/api/v1/me")).rejects.toBeInstanceOf(Unreachable);
    asleep(() => Promise.reject(new TypeError("no network")));
    await expect(get("/api/v1/me")).rejects.toBeInstanceOf(Unreachable);
  });

  test("does not renew to sign in", async () => {
    const calls = asleep(() => new Response("{}"));
    await expect(post("/api/v1/session", {})).rejects.toBeInstanceOf(Refused);
    expect(calls).toEqual(["POST /api/v1/session"]);
  });
});
