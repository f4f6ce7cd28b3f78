/**
 * The district's clock. A simulated district runs `speed` times faster than the world, so every "now" of the apps,
 * and every instant they stamp, comes from here and never from `Date` alone.
 */
import { signal } from "@preact/signals";

export interface Clock {
  /** The district's instant at `fetchedAt`, in milliseconds. */
  base: number;
  fetchedAt: number;
  speed: number;
}

let clock: Clock = { base: Date.now(), fetchedAt: Date.now(), speed: 1 };

export function setClock(now: string, speed: number): void {
  clock = { base: Date.parse(now), fetchedAt: Date.now(), speed };
  tick.value = districtNow();
}

export const districtTime = (c: Clock, world: number): number => c.base + (world - c.fetchedAt) * c.speed;

/** The district's now, in milliseconds. */
export const districtNow = (): number => districtTime(clock, Date.now());
/** The district's instant of a moment by this device's clock. */
export const districtAt = (world: number): number => districtTime(clock, world);
export const nowInstant = (): string => new Date(districtNow()).toISOString();
export const clockSpeed = (): number => clock.speed;

/** The district's now, renewed every second; reading it subscribes. */
export const tick = signal(districtNow());

export function startTicking(): void {
  setInterval(() => {
    tick.value = districtNow();
  }, 1000);
}
