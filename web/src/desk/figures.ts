/** Figures that no stream carries: read every half minute while somebody looks. What cannot be read is not shown. */
import { signal } from "@preact/signals";
import { useEffect } from "preact/hooks";

import type { Answering, Channels, DeviceShares } from "../contract.ts";
import { get } from "../net/http.ts";

const EVERY_MS = 30_000;
const answering = signal<Answering | null>(null);
const shares = signal<DeviceShares | null>(null);

async function read(): Promise<void> {
  const [a, s] = await Promise.allSettled([get<Answering>("/api/v1/incidents/figures"), get<DeviceShares>("/api/v1/devices/supervision")]);
  answering.value = a.status === "fulfilled" ? a.value : null;
  shares.value = s.status === "fulfilled" ? s.value : null;
}

/** By what people can be reached; read when an emergency is opened. `undefined` until then, `null` while nobody answers. */
export const channels = signal<Channels | null | undefined>(undefined);

export async function readChannels(): Promise<void> {
  channels.value = await get<Channels>("/api/v1/outreach").catch(() => null);
}

export function useFigures(): { answering: Answering | null; shares: DeviceShares | null } {
  useEffect(() => {
    void read();
    const timer = setInterval(() => void read(), EVERY_MS);
    return () => clearInterval(timer);
  }, []);
  return { answering: answering.value, shares: shares.value };
}
