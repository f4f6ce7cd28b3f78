/** Rounds as GeoJSON: pure, so that what is drawn can be tested without a map. */
import type { Round } from "../meals/contract.ts";
import { hhmm } from "../text/format.ts";

export function roundFeatures(rounds: readonly Round[], colour: (index: number) => string): GeoJSON.FeatureCollection {
  const features = rounds.flatMap((round, index): GeoJSON.Feature[] => {
    const own = { round: round.id, colour: colour(index) };
    const coordinates = round.stops.map((stop) => [stop.place.lon, stop.place.lat]);
    const opacity = round.stage === "planned" ? 0.5 : 0.9;
    const line: GeoJSON.Feature[] = coordinates.length > 1 ? [{ type: "Feature", geometry: { type: "LineString", coordinates }, properties: { ...own, kind: "line", opacity } }] : [];
    const stops = round.stops.map((stop): GeoJSON.Feature => {
      const door = stop.at === "door";
      const properties = { ...own, kind: door ? "door" : "load", fill: stop.done_at ? "transparent" : own.colour, label: hhmm(stop.done_at ?? stop.eta) };
      return { type: "Feature", geometry: { type: "Point", coordinates: [stop.place.lon, stop.place.lat] }, properties };
    });
    return [...line, ...stops];
  });
  return { type: "FeatureCollection", features };
}
