/**
 * Coming back after a sleep. The signed token ends after minutes; the refresh token, in a cookie no script can read,
 * lasts for weeks on a phone and is good for one renewal. Pages of one browser share it, so they renew one at a time.
 */

/** `later`: nobody answered, or not now; what is signed in stays so. */
export type Renewal = "renewed" | "ended" | "later";

const PATH = "/api/v1/session/renew";
const TIMEOUT_MS = 15_000;

let underway: Promise<Renewal> | null = null;

/** Renews the token; callers at the same time share one renewal. */
export function renew(): Promise<Renewal> {
  underway ??= alone(ask).finally(() => {
    underway = null;
  });
  return underway;
}

/** Whether a refused call is worth a renewal: the token ended, or its cookie did. */
export const wantsRenewal = (status: number, path: string): boolean => status === 401 && !path.startsWith("/api/v1/session");

async function alone(act: () => Promise<Renewal>): Promise<Renewal> {
  if (typeof navigator === "undefined" || !("locks" in navigator)) return act();
  return navigator.locks.request("care-session", act);
}

async function ask(): Promise<Renewal> {
  try {
    const response = await fetch(PATH, {
      method: "POST",
      headers: { "content-type": "application/json", "x-care-request": "1" },
      body: "{}",
      credentials: "same-origin",
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
    if (response.ok) return "renewed";
    return response.status === 401 || response.status === 403 ? "ended" : "later";
  } catch {
    return "later";
  }
}
