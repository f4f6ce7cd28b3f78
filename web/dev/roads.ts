/** A generated street network: a jittered grid with arterials, gaps and names, and ways through it. */
import type { BaseMap, Bounds, Place } from "../src/contract.ts";
import { seeded } from "./random.ts";

const COLUMNS = 34;
const ROWS = 26;
const WEST = 98.225;
const SOUTH = 39.735;
const STEP_LON = 0.0035;
const STEP_LAT = 0.0029;
const CLASSES = ["trunk", "primary", "secondary", "tertiary", "residential"];
const EAST_WEST = ["雄关东路", "新华路", "胜利路", "迎宾路", "建设路", "玉泉路", "明珠路"];
const NORTH_SOUTH = ["五一路", "和诚路", "兰新路", "镜铁路", "文化路", "机场路", "体育路"];

interface Node {
  place: Place;
  next: { to: number; metres: number; speed: number }[];
}

export interface Roads {
  map: BaseMap;
  nodes: readonly Node[];
  nearest(place: Place): number;
  /** Places along the quickest way, with the way's length. */
  path(from: Place, to: Place): { line: Place[]; metres: number; seconds: number };
}

export function metresBetween(a: Place, b: Place): number {
  const x = (b.lon - a.lon) * 111_320 * Math.cos((a.lat * Math.PI) / 180);
  const y = (b.lat - a.lat) * 110_540;
  return Math.hypot(x, y);
}

const classOf = (index: number) => (index % 12 === 6 ? 1 : index % 6 === 0 ? 2 : index % 3 === 0 ? 3 : 4);
const SPEED = [8, 7.5, 7, 6.5, 5];

export function generateRoads(seed = 7): Roads {
  const random = seeded(seed);
  const nodes: Node[] = [];
  for (let row = 0; row < ROWS; row++) {
    for (let column = 0; column < COLUMNS; column++) {
      const wobble = (n: number) => (n % 3 === 0 ? 0.12 : 0.42);
      const lon = WEST + STEP_LON * (column + (random() - 0.5) * wobble(column) + 0.35 * Math.sin(row / 5));
      const lat = SOUTH + STEP_LAT * (row + (random() - 0.5) * wobble(row) + 0.5 * Math.sin(column / 7));
      nodes.push({ place: { lon, lat }, next: [] });
    }
  }
  const at = (row: number, column: number) => row * COLUMNS + column;
  const ways: BaseMap["ways"] = [];
  const lay = (stops: number[], index: number, name: string | undefined) => {
    const c = classOf(index);
    let run: number[] = [];
    const flush = () => {
      if (run.length > 1) ways.push({ c, ...(name ? { n: name } : {}), p: run.flatMap((i) => [round(place(i).lon), round(place(i).lat)]) });
      run = [];
    };
    stops.forEach((stop, i) => {
      run.push(stop);
      const next = stops[i + 1];
      if (next === undefined) return;
      if (c === 4 && random() < 0.22) return flush();
      const metres = metresBetween(place(stop), place(next));
      node(stop).next.push({ to: next, metres, speed: SPEED[c] ?? 5 });
      node(next).next.push({ to: stop, metres, speed: SPEED[c] ?? 5 });
    });
    flush();
  };
  const node = (i: number) => nodes[i] as Node;
  const place = (i: number) => node(i).place;
  const range = (n: number) => Array.from({ length: n }, (_, i) => i);
  for (const row of range(ROWS)) lay(range(COLUMNS).map((c) => at(row, c)), row, row % 3 === 0 ? EAST_WEST[(row / 3) % EAST_WEST.length] : undefined);
  for (const column of range(COLUMNS)) lay(range(ROWS).map((r) => at(r, column)), column, column % 3 === 0 ? NORTH_SOUTH[(column / 3) % NORTH_SOUTH.length] : undefined);
  const ring = [[-1, -1], [-1, ROWS / 2], [-0.4, ROWS], [COLUMNS / 2, ROWS + 0.6], [COLUMNS, ROWS - 0.5], [COLUMNS + 0.8, ROWS / 2], [COLUMNS, -0.8], [COLUMNS / 2, -1.4], [-1, -1]];
  ways.push({ c: 0, n: "连霍高速联络线", p: ring.flatMap(([x = 0, y = 0]) => [round(WEST + STEP_LON * x), round(SOUTH + STEP_LAT * y)]) });

  const nearest = (to: Place) => {
    let best = 0;
    let least = Infinity;
    nodes.forEach((n, i) => {
      const d = n.next.length === 0 ? Infinity : metresBetween(n.place, to);
      if (d < least) [best, least] = [i, d];
    });
    return best;
  };
  const path: Roads["path"] = (from, to) => {
    const [start, end] = [nearest(from), nearest(to)];
    const stops = dijkstra(nodes, start, end);
    const line = [from, ...stops.map(place), to];
    const metres = line.slice(1).reduce((sum, p, i) => sum + metresBetween(line[i] as Place, p), 0);
    return { line, metres: Math.round(metres), seconds: Math.round(metres / 5.5) };
  };
  const bounds: Bounds = [WEST - STEP_LON * 2, SOUTH - STEP_LAT * 2, WEST + STEP_LON * (COLUMNS + 1), SOUTH + STEP_LAT * (ROWS + 1.5)];
  const canal = range(COLUMNS + 2).flatMap((i) => [round(WEST + STEP_LON * (i - 1)), round(SOUTH + STEP_LAT * (7.5 + 2.2 * Math.sin(i / 6)))]);
  return { map: { bounds, classes: CLASSES, ways, water: [canal], attribution: "generated streets" }, nodes, nearest, path };
}

const round = (n: number) => Math.round(n * 1e6) / 1e6;

function dijkstra(nodes: readonly Node[], start: number, end: number): number[] {
  const cost = new Map<number, number>([[start, 0]]);
  const before = new Map<number, number>();
  const open = new Set([start]);
  while (open.size > 0) {
    let current = -1;
    for (const i of open) if (current < 0 || (cost.get(i) ?? 0) < (cost.get(current) ?? 0)) current = i;
    if (current === end) break;
    open.delete(current);
    for (const edge of nodes[current]?.next ?? []) {
      const reach = (cost.get(current) ?? 0) + edge.metres / edge.speed;
      if (reach < (cost.get(edge.to) ?? Infinity)) {
        cost.set(edge.to, reach);
        before.set(edge.to, current);
        open.add(edge.to);
      }
    }
  }
  const stops = [end];
  for (let i = before.get(end); i !== undefined; i = before.get(i)) stops.unshift(i);
  return stops[0] === start || start === end ? stops : [];
}
