/** Rounds on the district's own streets: a line for each, a dot for each door, a square where boxes are loaded. */
import { GeoJSONSource, Map as MapLibre, setWorkerUrl } from "maplibre-gl";
import "maplibre-gl/dist/maplibre-gl.css";
import workerUrl from "maplibre-gl/dist/maplibre-gl-worker.mjs?worker&url";

import type { BaseMap } from "../contract.ts";
import type { Round } from "../meals/contract.ts";
import { readPalette } from "./palette.ts";
import { roundFeatures } from "./round-features.ts";
import { baseStyle, FONT } from "./style.ts";

setWorkerUrl(workerUrl);

const ROOM = 28;

export class RoundsView {
  readonly #map: MapLibre;
  #rounds: readonly Round[] = [];
  #colour: (index: number) => string;
  #loaded = false;
  #fitted = "";

  constructor(container: HTMLElement, base: BaseMap, colour: (index: number) => string) {
    this.#colour = colour;
    this.#map = new MapLibre({ container, style: baseStyle(base, readPalette()), bounds: base.bounds, attributionControl: false, dragRotate: false, maxPitch: 0, fadeDuration: 0, maxZoom: 18 });
    this.#map.on("load", () => this.#setUp(container));
  }

  show(rounds: readonly Round[]): void {
    this.#rounds = rounds;
    if (!this.#loaded) return;
    const features = roundFeatures(rounds, this.#colour);
    (this.#map.getSource("rounds") as GeoJSONSource).setData(features);
    this.#fit();
  }

  destroy(): void {
    this.#loaded = false;
    this.#map.remove();
  }

  #setUp(container: HTMLElement): void {
    const palette = readPalette();
    this.#map.addSource("rounds", { type: "geojson", data: roundFeatures([], this.#colour) });
    const of = (kind: string) => ["==", ["get", "kind"], kind] as ["==", ["get", string], string];
    this.#map.addLayer({ id: "lines", type: "line", source: "rounds", filter: of("line"), paint: { "line-color": ["get", "colour"], "line-width": 2, "line-opacity": ["get", "opacity"] } });
    this.#map.addLayer({
      id: "doors",
      type: "circle",
      source: "rounds",
      filter: of("door"),
      paint: { "circle-radius": 5, "circle-color": ["get", "fill"], "circle-stroke-color": ["get", "colour"], "circle-stroke-width": 2 },
    });
    this.#map.addLayer({ id: "loads", type: "circle", source: "rounds", filter: of("load"), paint: { "circle-radius": 8, "circle-color": palette.accent, "circle-stroke-color": palette.surface, "circle-stroke-width": 2 } });
    this.#map.addLayer({
      id: "times",
      type: "symbol",
      source: "rounds",
      filter: of("door"),
      minzoom: 13.5,
      layout: { "text-field": ["get", "label"], "text-font": FONT, "text-size": 11, "text-anchor": "top", "text-offset": [0, 0.7], "text-optional": true },
      paint: { "text-color": palette.text, "text-halo-color": palette.halo, "text-halo-width": 1.4 },
    });
    this.#loaded = true;
    this.show(this.#rounds);
    container.dataset["ready"] = "true";
  }

  /** Brings all stops into view when other rounds are shown; whoever has moved the map keeps what they look at. */
  #fit(): void {
    const shown = this.#rounds.map((round) => round.id).join(" ");
    const places = this.#rounds.flatMap((round) => round.stops.map((stop) => stop.place));
    if (shown === this.#fitted || places.length === 0) return;
    this.#fitted = shown;
    const lons = places.map((p) => p.lon);
    const lats = places.map((p) => p.lat);
    this.#map.fitBounds([Math.min(...lons), Math.min(...lats), Math.max(...lons), Math.max(...lats)], { padding: ROOM, animate: false, maxZoom: 16 });
  }
}
