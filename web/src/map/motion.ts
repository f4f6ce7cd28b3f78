/**
 * Smooth movement between coalesced positions. Pure but for the time it is given: each new place is approached from
 * where the person is drawn now, over about the time since the last one.
 */
import type { Place } from "../contract.ts";

interface Track {
  from: Place;
  to: Place;
  start: number;
  end: number;
}

const LONGEST_MS = 3000;
/** Farther than this in degrees is a correction, not a movement. */
const JUMP = 0.02;

export class Motion {
  readonly #tracks = new Map<string, Track>();
  readonly #smooth: boolean;

  constructor(smooth: boolean) {
    this.#smooth = smooth;
  }

  /** Someone is now there. */
  place(id: string, to: Place, now: number): void {
    const track = this.#tracks.get(id);
    if (track === undefined) {
      this.#tracks.set(id, { from: to, to, start: now, end: now });
      return;
    }
    if (track.to.lon === to.lon && track.to.lat === to.lat) return;
    const from = at(track, now);
    const far = Math.abs(from.lon - to.lon) > JUMP || Math.abs(from.lat - to.lat) > JUMP;
    const span = this.#smooth && !far ? Math.min(LONGEST_MS, Math.max(250, now - track.start)) : 0;
    this.#tracks.set(id, { from: span > 0 ? from : to, to, start: now, end: now + span });
  }

  forget(id: string): void {
    this.#tracks.delete(id);
  }

  where(id: string, now: number): Place | null {
    const track = this.#tracks.get(id);
    return track ? at(track, now) : null;
  }

  /** Whether anyone is between two places. */
  moving(now: number): boolean {
    for (const track of this.#tracks.values()) if (track.end > now) return true;
    return false;
  }
}

function at(track: Track, now: number): Place {
  const whole = track.end - track.start;
  const part = whole <= 0 ? 1 : Math.min(1, Math.max(0, (now - track.start) / whole));
  return {
    lon: track.from.lon + (track.to.lon - track.from.lon) * part,
    lat: track.from.lat + (track.to.lat - track.from.lat) * part,
  };
}
