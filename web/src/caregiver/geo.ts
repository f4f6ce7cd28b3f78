/** Distances on a small piece of the earth. */
import type { Place } from "../contract.ts";

/** Metres between two places of one district. */
export function metresBetween(a: Place, b: Place): number {
  const x = (b.lon - a.lon) * 111_320 * Math.cos(((a.lat + b.lat) / 2) * (Math.PI / 180));
  return Math.hypot(x, (b.lat - a.lat) * 110_574);
}
