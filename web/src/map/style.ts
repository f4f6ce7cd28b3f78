/** The base map as a MapLibre style: the district's own roads, no tiles, no glyph server. */
import type { ExpressionSpecification, StyleSpecification } from "maplibre-gl";

import type { BaseMap } from "../contract.ts";
import type { Palette } from "./palette.ts";
import { groupOf, type RoadGroup } from "./road-group.ts";

const GROUPS: readonly RoadGroup[] = ["path", "minor", "tertiary", "secondary", "primary", "major"];
/** The ways as GeoJSON; `g` is the group's index, the higher the more important. */
export function roadFeatures(map: BaseMap): GeoJSON.FeatureCollection {
  const groups = map.classes.map((c) => GROUPS.indexOf(groupOf(c)));
  return {
    type: "FeatureCollection",
    features: map.ways.map((way) => line(way.p, { g: groups[way.c] ?? 0, n: way.n ?? null })),
  };
}

const waterFeatures = (map: BaseMap): GeoJSON.FeatureCollection => ({ type: "FeatureCollection", features: (map.water ?? []).map((p) => line(p, {})) });

/** Longitudes and latitudes by turns as a line. */
function line(p: readonly number[], properties: GeoJSON.GeoJsonProperties): GeoJSON.Feature {
  const coordinates: [number, number][] = [];
  for (let i = 0; i + 1 < p.length; i += 2) coordinates.push([p[i] as number, p[i + 1] as number]);
  return { type: "Feature", geometry: { type: "LineString", coordinates }, properties };
}

const byGroup = (values: readonly (number | string)[]): ExpressionSpecification =>
  ["match", ["get", "g"], ...values.slice(0, -1).flatMap((v, i) => [i, v]), values.at(-1)] as unknown as ExpressionSpecification;

function width(extra: number): ExpressionSpecification {
  const at = (values: number[]) => byGroup(values.map((v) => v + extra));
  return ["interpolate", ["exponential", 1.5], ["zoom"], 11, at([0.3, 0.6, 1, 1.6, 2.2, 2.8]), 14, at([1, 2.4, 3.6, 5, 6.5, 7.5]), 17, at([3, 10, 13, 17, 20, 22])] as ExpressionSpecification;
}

export const FONT = ["Noto Sans CJK SC"];

export function baseStyle(map: BaseMap, palette: Palette): StyleSpecification {
  const sort: ExpressionSpecification = ["get", "g"];
  return {
    version: 8,
    sources: { roads: { type: "geojson", data: roadFeatures(map), tolerance: 0.3 }, water: { type: "geojson", data: waterFeatures(map) } },
    layers: [
      { id: "ground", type: "background", paint: { "background-color": palette.ground } },
      {
        id: "water",
        type: "line",
        source: "water",
        layout: { "line-cap": "round", "line-join": "round" },
        paint: { "line-color": palette.water, "line-width": ["interpolate", ["exponential", 1.5], ["zoom"], 10, 1.5, 14, 6, 17, 26] },
      },
      {
        id: "road-casing",
        type: "line",
        source: "roads",
        minzoom: 12,
        filter: [">", ["get", "g"], 0],
        layout: { "line-cap": "round", "line-join": "round", "line-sort-key": sort },
        paint: { "line-color": palette.casing, "line-width": width(1.4) },
      },
      {
        id: "road",
        type: "line",
        source: "roads",
        layout: { "line-cap": "round", "line-join": "round", "line-sort-key": sort },
        paint: { "line-color": byGroup(GROUPS.map((g) => palette.roads[g])), "line-width": width(0) },
      },
      {
        id: "road-name",
        type: "symbol",
        source: "roads",
        minzoom: 12.6,
        filter: ["all", ["has", "n"], ["!=", ["get", "n"], null], [">", ["get", "g"], 0]],
        layout: {
          "symbol-placement": "line",
          "symbol-spacing": 420,
          "text-field": ["get", "n"],
          "text-font": FONT,
          "text-size": ["interpolate", ["linear"], ["zoom"], 12, 10, 16, 13],
          "text-letter-spacing": 0.08,
          "text-padding": 12,
          "symbol-sort-key": ["-", 0, ["get", "g"]],
        },
        paint: { "text-color": palette.label, "text-halo-color": palette.halo, "text-halo-width": 1.4 },
      },
    ],
  };
}
