/** Who is signed in. The tokens live in HttpOnly cookies; the page only knows who they belong to. */
import { effect, signal } from "@preact/signals";

import type { Me, Session } from "../contract.ts";
import { call, get, post, Refused } from "../net/http.ts";
import { renew } from "../net/renewal.ts";

/** `undefined` until asked for the first time, `null` when nobody is signed in. */
export const me = signal<Me | null | undefined>(undefined);
/** The session ended by itself; the sign-in page says so. */
export const expired = signal(false);

const RENEW_MS = 5 * 60_000;

/** Remembers that someone signed in here, so that a first visit need not ask in vain. */
const HINT = "care.signed_in";

effect(() => {
  if (me.value) localStorage.setItem(HINT, "yes");
  else if (me.value === null) localStorage.removeItem(HINT);
});

/** Asks who is signed in. Fails with `Unreachable` when nobody answers. */
export async function resume(): Promise<Me | null> {
  if (localStorage.getItem(HINT) === null) return (me.value = null);
  try {
    me.value = await get<Me>("/api/v1/me");
  } catch (error) {
    if (!(error instanceof Refused) || error.problem.status !== 401) throw error;
    me.value = null;
  }
  return me.value ?? null;
}

export async function signIn(user: string, password: string): Promise<void> {
  const session = await post<Session>("/api/v1/session", { user, password });
  expired.value = false;
  me.value = session.me;
}

export const setPassword = (user: string, code: string, password: string) => post<void>("/api/v1/password", { user, code, password });

export async function signOut(): Promise<void> {
  const leave = () => call<void>("DELETE", "/api/v1/session");
  // A token that ended could be renewed: that, too, has to be over.
  await leave()
    .catch(async () => ((await renew()) === "renewed" ? leave() : undefined))
    .catch(() => undefined);
  me.value = null;
}

/** The server no longer knows the session. */
export function ended(): void {
  if (me.value) expired.value = true;
  me.value = null;
}

/** Renews the short-lived token well before it ends, so that nothing waits for that; the end of the sign-in ends it here too. */
export function keepAlive(onEnd: () => void): () => void {
  const timer = setInterval(() => {
    void renew().then((renewal) => {
      if (renewal === "ended") onEnd();
    });
  }, RENEW_MS);
  return () => clearInterval(timer);
}
