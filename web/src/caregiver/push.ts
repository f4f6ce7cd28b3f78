/** Alarms by web push: this browser subscribes with the district's key and tells the edge where it is reached. */
import { signal } from "@preact/signals";

import type { Channels } from "../contract.ts";
import { call, get, post } from "../net/http.ts";

/** `unable`: this browser or this district has no web push. */
export type PushState = "unknown" | "unable" | "off" | "on" | "denied";
export const push = signal<PushState>("unknown");

const supported = (): boolean => "serviceWorker" in navigator && "PushManager" in window && "Notification" in window;

/** The district's key; `null` while it has none or nobody answers. */
const key = (): Promise<string | null> => get<Channels>("/api/v1/outreach").then((c) => c.push_key ?? null, () => null);

export async function lookAtPush(): Promise<void> {
  if (!supported() || (await key()) === null) push.value = "unable";
  else if (Notification.permission === "denied") push.value = "denied";
  else push.value = (await (await navigator.serviceWorker.ready).pushManager.getSubscription()) ? "on" : "off";
}

/** Asks for the permission, subscribes, and tells the edge. */
export async function subscribe(): Promise<void> {
  const district = await key();
  if (district === null) return void (push.value = "unable");
  if ((await Notification.requestPermission()) !== "granted") return void (push.value = "denied");
  const { pushManager } = await navigator.serviceWorker.ready;
  const subscription = await pushManager.subscribe({ userVisibleOnly: true, applicationServerKey: bytes(district) });
  await post<void>("/api/v1/caregivers/me/push", subscription.toJSON());
  push.value = "on";
}

export async function unsubscribe(): Promise<void> {
  await call<void>("DELETE", "/api/v1/caregivers/me/push");
  await (await (await navigator.serviceWorker.ready).pushManager.getSubscription())?.unsubscribe();
  push.value = "off";
}

/** base64url, as the key is written. */
function bytes(text: string): Uint8Array<ArrayBuffer> {
  const plain = atob(text.replaceAll("-", "+").replaceAll("_", "/"));
  return Uint8Array.from(plain, (c) => c.charCodeAt(0));
}
