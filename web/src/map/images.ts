/** The drawn vocabulary as map images: a shape with a halo in the surface's colour, crisp on every screen. */
import type { Map as MapLibre } from "maplibre-gl";

import type { Priority, StageName } from "../contract.ts";
import type { CaregiverState } from "../store/derive.ts";
import { ORDER, PERSON, type Shape } from "../ui/shapes.ts";
import type { Palette } from "./palette.ts";

const RATIO = 3;
const BOX = 28;

/** `scale` shrinks a shape around the middle of its box, `low` moves it down: a server is drawn inside the house. */
function draw(shape: Shape, color: string, halo: string, scale = 1, low = 0): ImageData {
  const canvas = document.createElement("canvas");
  canvas.width = canvas.height = BOX * RATIO;
  const g = canvas.getContext("2d", { willReadFrequently: true }) as CanvasRenderingContext2D;
  g.scale(RATIO, RATIO);
  g.translate(BOX / 2, BOX / 2 + low);
  g.scale(scale, scale);
  g.translate(-12, -12);
  const path = new Path2D(shape.path);
  g.lineJoin = g.lineCap = "round";
  g.strokeStyle = halo;
  g.lineWidth = shape.fill ? 3 : 6;
  g.stroke(path);
  if (shape.fill) {
    g.fillStyle = halo;
    g.fill(path, "nonzero");
    g.fillStyle = color;
    g.fill(path, "evenodd");
  } else {
    g.setLineDash(shape.dash ?? []);
    g.lineCap = shape.dash ? "butt" : "round";
    g.strokeStyle = color;
    g.lineWidth = 3;
    g.stroke(path);
  }
  return g.getImageData(0, 0, canvas.width, canvas.height);
}

function ring(color: string): ImageData {
  const size = 44 * RATIO;
  const canvas = document.createElement("canvas");
  canvas.width = canvas.height = size;
  const g = canvas.getContext("2d") as CanvasRenderingContext2D;
  g.strokeStyle = color;
  g.lineWidth = 2.5 * RATIO;
  g.beginPath();
  g.arc(size / 2, size / 2, size / 2 - 2.5 * RATIO, 0, Math.PI * 2);
  g.stroke();
  return g.getImageData(0, 0, size, size);
}

export const personImage = (state: CaregiverState) => `p-${state}`;
export const orderImage = (stage: StageName, priority: Priority) => (stage === "at_desk" ? "o-at_desk" : `o-${stage}-${priority}`);

/** Adds the images, or redraws them in another palette. */
export function putImages(map: MapLibre, palette: Palette): void {
  const put = (name: string, data: ImageData) => {
    if (map.hasImage(name)) map.updateImage(name, data);
    else map.addImage(name, data, { pixelRatio: RATIO });
  };
  for (const state of Object.keys(PERSON) as CaregiverState[]) {
    const inside = state === "serving";
    put(personImage(state), draw(PERSON[state], palette.states[state], palette.halo, inside ? 0.5 : 1, inside ? 2.5 : 0));
  }
  for (const stage of Object.keys(ORDER) as StageName[]) {
    for (const priority of Object.keys(palette.priorities) as Priority[]) {
      const color = stage === "at_desk" ? palette.danger : palette.priorities[priority];
      const shape = stage === "arrived" || stage === "in_service" ? ORDER.accepted : ORDER[stage];
      put(orderImage(stage, priority), draw(shape, color, palette.halo));
    }
  }
  put("ring", ring(palette.text));
}
