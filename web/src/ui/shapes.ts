/**
 * The drawn vocabulary: people are geometric shapes by what they do, orders are houses by where they stand. One path
 * serves the map (canvas) and the lists (SVG); shape and colour always say the same, so colour alone is never needed.
 */
import type { StageName } from "../contract.ts";
import type { CaregiverState } from "../store/derive.ts";

export interface Shape {
  /** Path in a 24 × 24 box. */
  path: string;
  fill: boolean;
  dash?: number[];
}

const circle = (r: number, cx = 12, cy = 12) => `M${cx - r} ${cy}a${r} ${r} 0 1 0 ${2 * r} 0a${r} ${r} 0 1 0 ${-2 * r} 0Z`;

export const PERSON: Record<CaregiverState, Shape> = {
  free: { path: circle(7.5), fill: true },
  offered: { path: `${circle(9)}${circle(6.4)}${circle(3.4)}`, fill: true },
  en_route: { path: "M12 2.500 20.500 20.500 12 16.500 3.500 20.500Z", fill: true },
  serving: { path: "M6.500 4.500h11a2 2 0 0 1 2 2v11a2 2 0 0 1-2 2h-11a2 2 0 0 1-2-2v-11a2 2 0 0 1 2-2Z", fill: true },
  break: { path: `${circle(8.5)}M8.500 8h2.400v8H8.500ZM13.100 8h2.400v8h-2.400Z`, fill: true },
  stale: { path: circle(7.5), fill: false, dash: [3.4, 2.5] },
  lost: { path: "M5.500 5.500l13 13M18.500 5.500l-13 13", fill: false },
  off: { path: circle(4.5), fill: false },
};

const HOUSE = "M12 2.500 21.500 10.500 19.500 10.500 19.500 21 4.500 21 4.500 10.500 2.500 10.500Z";
const HOLLOW = "M12 5.600 17.400 10.200 17.400 18.900 6.600 18.900 6.600 10.200Z";

export const ORDER: Record<StageName, Shape> = {
  waiting: { path: HOUSE, fill: true },
  at_desk: { path: `${HOUSE}M10.800 9h2.400v5.600h-2.400ZM10.800 16.200h2.400v2.400h-2.400Z`, fill: true },
  offered: { path: `${HOUSE}${HOLLOW}${circle(2.6, 12, 13.6)}`, fill: true },
  accepted: { path: `${HOUSE}${HOLLOW}`, fill: true },
  en_route: { path: `${HOUSE}${HOLLOW}`, fill: true },
  arrived: { path: `${HOUSE}${HOLLOW}M9.400 11.500h5.200v7.400h-5.200Z`, fill: true },
  in_service: { path: `${HOUSE}${HOLLOW}M9.400 11.500h5.200v7.400h-5.200Z`, fill: true },
  done: { path: "M4 12.500l5.500 5.500L20 6.500", fill: false },
  confirmed: { path: "M4 12.500l5.500 5.500L20 6.500", fill: false },
  cancelled: { path: "M6 6l12 12M18 6L6 18", fill: false },
  no_show: { path: `${HOUSE}${HOLLOW}M8.500 13h7v2h-7Z`, fill: true },
};
