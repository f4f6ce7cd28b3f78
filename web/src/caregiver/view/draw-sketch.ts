/** Draws the sketch of a way on a canvas. */
import type { BaseMap, Place, Priority } from "../../contract.ts";
import { readPalette, type Palette } from "../../map/palette.ts";
import { groupOf } from "../../map/road-group.ts";
import { ORDER, PERSON, type Shape } from "../../ui/shapes.ts";

export interface Drawing {
  map: BaseMap | null;
  route: [number, number][] | null;
  from: Place | null;
  door: Place;
  priority: Priority;
}

const WIDTH = { path: 1, minor: 3, tertiary: 4, secondary: 5, primary: 6.5, major: 7.5 };
/** At least so many degrees of latitude are shown, about 500 m. */
const LEAST = 0.0045;

type Project = (lon: number, lat: number) => [number, number];

export function drawSketch(canvas: HTMLCanvasElement, drawing: Drawing): void {
  const ratio = devicePixelRatio || 1;
  const [w, h] = [canvas.clientWidth, canvas.clientHeight];
  canvas.width = w * ratio;
  canvas.height = h * ratio;
  const g = canvas.getContext("2d");
  if (!g || w === 0) return;
  g.scale(ratio, ratio);
  g.lineCap = g.lineJoin = "round";
  const palette = readPalette();
  const seen: [number, number][] = [...(drawing.route ?? []), [drawing.door.lon, drawing.door.lat]];
  if (drawing.from) seen.push([drawing.from.lon, drawing.from.lat]);
  const { project, box } = frame(seen, w, h);
  g.fillStyle = palette.ground;
  g.fillRect(0, 0, w, h);
  if (drawing.map) roads(g, drawing.map, box, project, palette);
  const line = drawing.route && drawing.route.length > 1 ? drawing.route : drawing.from ? seen.slice(-2) : [];
  stroke(g, line, project, palette.surface, 9, []);
  stroke(g, line, project, palette.accent, 5, drawing.route ? [] : [2, 9]);
  if (drawing.from) mark(g, PERSON.en_route, palette.states.en_route, palette.surface, project(drawing.from.lon, drawing.from.lat), 26);
  mark(g, ORDER.waiting, palette.priorities[drawing.priority], palette.surface, project(drawing.door.lon, drawing.door.lat), 32);
}

type Box = [west: number, south: number, east: number, north: number];

/** A view that holds all the places, north up, with room around them. */
function frame(places: readonly [number, number][], w: number, h: number): { project: Project; box: Box } {
  const lons = places.map((p) => p[0]);
  const lats = places.map((p) => p[1]);
  const [midLon, midLat] = [(Math.min(...lons) + Math.max(...lons)) / 2, (Math.min(...lats) + Math.max(...lats)) / 2];
  const squeeze = Math.cos((midLat * Math.PI) / 180);
  const high = Math.max(LEAST, Math.max(...lats) - Math.min(...lats));
  const wide = Math.max(LEAST, (Math.max(...lons) - Math.min(...lons)) * squeeze);
  const scale = Math.min((w - 72) / wide, (h - 72) / high);
  const project: Project = (lon, lat) => [w / 2 + (lon - midLon) * squeeze * scale, h / 2 - (lat - midLat) * scale];
  const [dx, dy] = [w / 2 / scale / squeeze, h / 2 / scale];
  return { project, box: [midLon - dx, midLat - dy, midLon + dx, midLat + dy] };
}

function roads(g: CanvasRenderingContext2D, map: BaseMap, box: Box, project: Project, palette: Palette): void {
  const groups = map.classes.map(groupOf);
  const near = map.ways.filter((way) => touches(way.p, box));
  near.sort((a, b) => WIDTH[groups[a.c] ?? "path"] - WIDTH[groups[b.c] ?? "path"]);
  for (const p of (map.water ?? []).filter((line) => touches(line, box))) {
    trace(g, p, project);
    g.strokeStyle = palette.water;
    g.lineWidth = 10;
    g.stroke();
  }
  for (const casing of [true, false]) {
    for (const way of near) {
      const group = groups[way.c] ?? "path";
      trace(g, way.p, project);
      g.strokeStyle = casing ? palette.casing : palette.roads[group];
      g.lineWidth = WIDTH[group] + (casing && group !== "path" ? 1.6 : 0);
      g.stroke();
    }
  }
}

function trace(g: CanvasRenderingContext2D, p: readonly number[], project: Project): void {
  g.beginPath();
  for (let i = 0; i + 1 < p.length; i += 2) g.lineTo(...project(p[i] as number, p[i + 1] as number));
}

function touches(p: readonly number[], [west, south, east, north]: Box): boolean {
  let [w, s, e, n] = [Infinity, Infinity, -Infinity, -Infinity];
  for (let i = 0; i + 1 < p.length; i += 2) {
    const [lon, lat] = [p[i] as number, p[i + 1] as number];
    w = Math.min(w, lon);
    e = Math.max(e, lon);
    s = Math.min(s, lat);
    n = Math.max(n, lat);
  }
  return w <= east && e >= west && s <= north && n >= south;
}

function stroke(g: CanvasRenderingContext2D, line: readonly [number, number][], project: Project, color: string, width: number, dash: number[]): void {
  if (line.length < 2) return;
  g.beginPath();
  for (const [lon, lat] of line) g.lineTo(...project(lon, lat));
  g.strokeStyle = color;
  g.lineWidth = width;
  g.setLineDash(dash);
  g.stroke();
  g.setLineDash([]);
}

function mark(g: CanvasRenderingContext2D, shape: Shape, color: string, halo: string, [x, y]: [number, number], size: number): void {
  const path = new Path2D(shape.path);
  g.save();
  g.translate(x - size / 2, y - size / 2);
  g.scale(size / 24, size / 24);
  g.strokeStyle = halo;
  g.lineWidth = 4;
  g.stroke(path);
  g.fillStyle = color;
  g.fill(path, "evenodd");
  g.restore();
}
