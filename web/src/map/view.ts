/** The live map: base roads, people who move smoothly, orders, links, the selected way. Drawn, not laid out. */
import { GeoJSONSource, Map as MapLibre, setWorkerUrl, type LayerSpecification } from "maplibre-gl";
import "maplibre-gl/dist/maplibre-gl.css";
import workerUrl from "maplibre-gl/dist/maplibre-gl-worker.mjs?worker&url";

import type { BaseMap, Place, Position } from "../contract.ts";
import { putImages } from "./images.ts";
import { Motion } from "./motion.ts";
import { readPalette, type Palette } from "./palette.ts";
import { linkFeatures, orderFeatures, peopleFeatures, type Scene } from "./scene.ts";
import { baseStyle, FONT } from "./style.ts";

setWorkerUrl(workerUrl);

export type Picked = { kind: "order" | "caregiver"; id: string };
export interface Hover extends Picked {
  x: number;
  y: number;
}

const NOTHING: GeoJSON.FeatureCollection = { type: "FeatureCollection", features: [] };
/** Between two drawings of the people; a crowd is drawn less often, every drawing is sent whole to the map's worker. */
const FRAME_MS = 70;
const CROWD = 300;
const CROWD_FRAME_MS = 180;
/** Between two drawings of the orders, however fast they change. */
const ORDERS_MS = 400;
const CLOSE_ZOOM = 15;
/** Room around the district; the legend lies below. */
const ROOM = { top: 16, right: 16, bottom: 60, left: 16 };

export class MapView {
  readonly #map: MapLibre;
  readonly #base: BaseMap;
  readonly #scale: number;
  readonly #motion = new Motion(!matchMedia("(prefers-reduced-motion: reduce)").matches);
  #scene: Scene = { people: [], orders: [], links: [] };
  #selected: Picked | null = null;
  #way: [number, number][] | null = null;
  #loaded = false;
  #touched = false;
  #before: { center: [number, number]; zoom: number } | null = null;
  #frame = 0;
  #lastFrame = 0;
  #ordersChanged = false;
  #lastOrders = 0;
  onPick: (picked: Picked | null) => void = () => {};
  onHover: (hover: Hover | null) => void = () => {};

  /** `scale` enlarges the marks, for a screen that is read from afar. */
  constructor(container: HTMLElement, base: BaseMap, scale = 1) {
    this.#scale = scale;
    this.#base = base;
    this.#map = new MapLibre({
      container,
      style: baseStyle(base, readPalette()),
      bounds: base.bounds,
      fitBoundsOptions: { padding: ROOM },
      attributionControl: false,
      dragRotate: false,
      pitchWithRotate: false,
      maxPitch: 0,
      fadeDuration: 0,
      maxZoom: 18,
      minZoom: 8,
    });
    this.#map.touchZoomRotate.disableRotation();
    this.#map.keyboard.disableRotation();
    this.#map.on("load", () => this.#setUp());
    this.#map.on("movestart", (e) => {
      if ("originalEvent" in e && e.originalEvent) this.#touched = true;
    });
    this.#map.on("resize", () => {
      if (!this.#touched && !this.#before) this.#fit(false);
    });
  }

  /** What is to be seen; positions come apart, they change most. */
  show(scene: Scene): void {
    const present = new Set(scene.people.map((p) => p.id));
    for (const p of this.#scene.people) if (!present.has(p.id)) this.#motion.forget(p.id);
    this.#scene = scene;
    this.#ordersChanged = true;
    this.#draw();
  }

  move(positions: Iterable<Position>): void {
    const now = performance.now();
    for (const p of positions) this.#motion.place(p.caregiver, p.place, now);
    this.#draw();
  }

  select(selected: Picked | null, way: [number, number][] | null): void {
    this.#selected = selected;
    this.#way = way;
    if (!this.#loaded) return;
    this.#source("way").setData(
      way && way.length > 1 ? { type: "Feature", geometry: { type: "LineString", coordinates: way }, properties: {} } : NOTHING,
    );
    this.#draw();
  }

  /** Zooms to a place, or back to where the map was before. */
  zoomOrReturn(place: Place | null): void {
    if (this.#before) {
      this.#map.easeTo({ ...this.#before, duration: 400 });
      this.#before = null;
    } else if (place) {
      const c = this.#map.getCenter();
      this.#before = { center: [c.lng, c.lat], zoom: this.#map.getZoom() };
      this.#map.easeTo({ center: [place.lon, place.lat], zoom: Math.max(CLOSE_ZOOM, this.#map.getZoom()), duration: 400 });
    }
  }

  /** Brings a place into view without changing the scale, only if it lies outside. */
  reveal(place: Place): void {
    if (!this.#map.getBounds().contains([place.lon, place.lat])) this.#map.easeTo({ center: [place.lon, place.lat], duration: 400 });
  }

  fitAll(): void {
    this.#touched = false;
    this.#before = null;
    this.#fit(true);
  }

  zoomBy(step: number): void {
    this.#touched = true;
    this.#map.easeTo({ zoom: this.#map.getZoom() + step, duration: 200 });
  }

  /** Takes the colours of the theme in use. */
  recolour(): void {
    if (!this.#loaded) return;
    const palette = readPalette();
    putImages(this.#map, palette);
    for (const layer of [...baseStyle(this.#base, palette).layers, ...liveLayers(palette, this.#scale)]) {
      for (const [name, value] of Object.entries(layer.paint ?? {})) this.#map.setPaintProperty(layer.id, name as "line-color", value);
    }
  }

  /** Ends it; what still comes in is ignored. */
  destroy(): void {
    this.#loaded = false;
    cancelAnimationFrame(this.#frame);
    this.#map.remove();
  }

  #fit(animate: boolean): void {
    this.#map.fitBounds(this.#base.bounds, { padding: ROOM, animate, duration: 400 });
  }

  #setUp(): void {
    const palette = readPalette();
    putImages(this.#map, palette);
    for (const name of ["links", "way", "orders", "people", "focus"]) this.#map.addSource(name, { type: "geojson", data: NOTHING });
    for (const layer of liveLayers(palette, this.#scale)) this.#map.addLayer(layer);
    this.#loaded = true;
    this.#map.on("click", (e) => this.onPick(this.#at(e.point)));
    this.#map.on("mousemove", (e) => {
      const picked = this.#at(e.point);
      this.#map.getCanvas().style.cursor = picked ? "pointer" : "";
      this.onHover(picked ? { ...picked, x: e.point.x, y: e.point.y } : null);
    });
    this.#map.on("mouseout", () => this.onHover(null));
    this.show(this.#scene);
    this.select(this.#selected, this.#way);
    this.#map.getContainer().dataset["ready"] = "true";
  }

  #at(point: { x: number; y: number }): Picked | null {
    const near: [[number, number], [number, number]] = [[point.x - 4, point.y - 4], [point.x + 4, point.y + 4]];
    const found = this.#map.queryRenderedFeatures(near, { layers: ["orders", "people"] })[0];
    if (!found) return null;
    return { kind: found.layer.id === "orders" ? "order" : "caregiver", id: String(found.properties["id"]) };
  }

  #source(name: string): GeoJSONSource {
    return this.#map.getSource(name) as GeoJSONSource;
  }

  /** Draws what changed and goes on while anyone moves, a dozen times a second at most. */
  #draw(): void {
    if (!this.#loaded || this.#frame !== 0) return;
    this.#frame = requestAnimationFrame((time) => {
      this.#frame = 0;
      const pause = this.#scene.people.length > CROWD ? CROWD_FRAME_MS : FRAME_MS;
      if (time - this.#lastFrame < pause) return this.#draw();
      this.#lastFrame = time;
      if (this.#ordersChanged && time - this.#lastOrders >= ORDERS_MS) {
        this.#source("orders").setData(orderFeatures(this.#scene));
        this.#ordersChanged = false;
        this.#lastOrders = time;
      }
      const where = (id: string) => this.#motion.where(id, time);
      this.#source("people").setData(peopleFeatures(this.#scene, where));
      this.#source("links").setData(linkFeatures(this.#scene, where));
      this.#source("focus").setData(this.#focus(where));
      if (this.#ordersChanged || this.#motion.moving(time)) this.#draw();
    });
  }

  #focus(where: (id: string) => Place | null): GeoJSON.FeatureCollection {
    const selected = this.#selected;
    if (!selected) return NOTHING;
    const place = selected.kind === "caregiver" ? where(selected.id) : this.#scene.orders.find((o) => o.id === selected.id)?.place;
    if (!place) return NOTHING;
    return { type: "FeatureCollection", features: [{ type: "Feature", geometry: { type: "Point", coordinates: [place.lon, place.lat] }, properties: {} }] };
  }
}

function liveLayers(palette: Palette, scale: number): LayerSpecification[] {
  const label = (minzoom: number, source: string): LayerSpecification => ({
    id: `${source}-label`,
    type: "symbol",
    source,
    minzoom,
    layout: { "text-field": ["get", "label"], "text-font": FONT, "text-size": 12, "text-anchor": "top", "text-offset": [0, 0.9], "text-optional": true },
    paint: { "text-color": palette.text, "text-halo-color": palette.halo, "text-halo-width": 1.6 },
  });
  const size = (s: number) => ["interpolate", ["linear"], ["zoom"], 11, 0.55 * s * scale, 13, 0.72 * s * scale, 16, s * scale] as unknown as number;
  const marks = (source: string, s: number): LayerSpecification => ({
    id: source,
    type: "symbol",
    source,
    layout: {
      "icon-image": ["get", "image"],
      "icon-size": size(s),
      "icon-allow-overlap": true,
      "icon-ignore-placement": true,
      "symbol-sort-key": ["get", "sort"],
    },
  });
  return [
    {
      id: "links",
      type: "line",
      source: "links",
      layout: { "line-cap": "round" },
      paint: {
        "line-color": ["match", ["get", "kind"], "offered", palette.states.offered, palette.states.en_route],
        "line-width": 1.4 * scale,
        "line-opacity": 0.75,
        "line-dasharray": [1.5, 2.5],
      },
    },
    { id: "way", type: "line", source: "way", layout: { "line-cap": "round", "line-join": "round" }, paint: { "line-color": palette.accent, "line-width": 4, "line-opacity": 0.85 } },
    marks("orders", 0.95),
    marks("people", 0.85),
    label(14, "orders"),
    label(13.5, "people"),
    { id: "focus", type: "symbol", source: "focus", layout: { "icon-image": "ring", "icon-size": 0.8, "icon-allow-overlap": true, "icon-ignore-placement": true } },
  ];
}
