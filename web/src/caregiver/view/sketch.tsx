/** The way to the door as a drawing: roads around, the route, oneself, the house. No map engine, no waiting. */
import { useEffect, useRef, useState } from "preact/hooks";

import { me } from "../../app/session.ts";
import type { BaseMap, Order, Place, Priority, Route } from "../../contract.ts";
import { get, withQuery } from "../../net/http.ts";
import { metres, span } from "../../text/format.ts";
import { t } from "../../text/index.ts";
import { theme } from "../../ui/theme.ts";
import { world } from "../state.ts";
import { keep, kept } from "../sync/db.ts";
import { here } from "../sync/positions.ts";
import { drawSketch } from "./draw-sketch.ts";

let base: Promise<BaseMap | null> | undefined;

/** The district's map, once for the page; a failure is tried again with the next sketch. */
function baseMap(): Promise<BaseMap | null> {
  base ??= get<BaseMap>("/api/v1/map").catch(() => {
    base = undefined;
    return null;
  });
  return base;
}

/** Where a way leads, and who computes it. */
export interface Goal {
  id: string;
  place: Place;
  priority: Priority;
  path: string;
}

export const doorOf = (order: Order): Goal => ({ id: order.id, place: order.place, priority: order.priority, path: `/api/v1/orders/${encodeURIComponent(order.id)}/route` });

export function Sketch({ to, caption = true }: { to: Goal; caption?: boolean }) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const own = me.value?.caregiver ?? "";
  const [map, setMap] = useState<BaseMap | null>(null);
  const route = useRoute(to, own);
  const at: Place | null = here.value ?? world.value.positions.get(own)?.place ?? null;
  const shade = theme.value;
  useEffect(() => void baseMap().then(setMap), []);
  useEffect(() => {
    const element = canvas.current;
    if (!element) return;
    const draw = () => drawSketch(element, { map, route: route?.line ?? null, from: at, door: to.place, priority: to.priority });
    draw();
    const watch = new ResizeObserver(draw);
    watch.observe(element);
    return () => watch.disconnect();
  }, [map, route, at?.lon, at?.lat, to.place.lon, to.place.lat, to.priority, shade]);
  return (
    <figure class="sketch">
      <canvas ref={canvas} role="img" aria-label={t().phone.sketchLabel} />
      {route && caption && (
        <figcaption>
          {t().phone.travel(span(route.seconds * 1000), metres(route.metres))}
          {route.source === "great_circle" && t().phone.estimated}
        </figcaption>
      )}
      {map?.attribution && <small class="attribution">{map.attribution}</small>}
    </figure>
  );
}

/** The route as the centre computes it; the last one known without a network. */
function useRoute({ id: order, path }: Goal, caregiver: string): Route | null {
  const [route, setRoute] = useState<Route | null>(null);
  useEffect(() => {
    let gone = false;
    const show = (found: Route | undefined) => {
      if (found && !gone) setRoute(found);
    };
    const ask = () =>
      get<Route>(withQuery(path, { caregiver })).then(
        (found) => {
          show(found);
          return keep("route", { order, found });
        },
        async () => {
          const last = await kept<{ order: string; found: Route }>("route");
          if (last?.order === order) show(last.found);
        },
      );
    void ask();
    const timer = setInterval(() => void ask(), 60_000);
    return () => {
      gone = true;
      clearInterval(timer);
    };
  }, [order, caregiver]);
  return route;
}
