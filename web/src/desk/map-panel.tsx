/** The map and what lies on it. The map itself draws without the view layer. */
import { effect } from "@preact/signals";
import { useEffect, useRef, useState } from "preact/hooks";

import { serviceName } from "../app/district.ts";
import type { Route } from "../contract.ts";
import { sceneOf } from "../map/scene.ts";
import type { Hover, MapView } from "../map/view.ts";
import { get, withQuery } from "../net/http.ts";
import { people } from "../store/order.ts";
import { language, t } from "../text/index.ts";
import { Icon } from "../ui/glyph.tsx";
import { theme } from "../ui/theme.ts";
import { Legend } from "./legend.tsx";
import { caregiverName } from "./names.ts";
import { baseMap, selected, selectedOrder, staff, world } from "./state.ts";

/** The map in view, for shortcuts. */
export const mapView: { current: MapView | null } = { current: null };

interface Props {
  controls?: boolean;
  /** Enlarges the marks. */
  scale?: number;
}

export function MapPanel({ controls = true, scale = 1 }: Props) {
  const box = useRef<HTMLDivElement>(null);
  const [hover, setHover] = useState<Hover | null>(null);
  const base = baseMap.value;
  useEffect(() => {
    const element = box.current;
    if (!element || base === null || base === "failed") return;
    let gone = false;
    let stop = () => {};
    void import("../map/view.ts").then(({ MapView }) => {
      if (gone) return;
      const view = new MapView(element, base, scale);
      mapView.current = view;
      view.onHover = setHover;
      view.onPick = (picked) => {
        selected.value = picked;
      };
      const stops = follow(view);
      stop = () => {
        stops.forEach((s) => s());
        mapView.current = null;
        view.destroy();
      };
    });
    return () => {
      gone = true;
      stop();
    };
  }, [base]);
  const words = t().map;
  return (
    <section class="map-panel" aria-label={words.label}>
      <div ref={box} class="map" data-testid="map" />
      {base === "failed" && <p class="map-note">{words.failed}</p>}
      {hover && <Tip hover={hover} />}
      {controls && (
        <div class="map-tools">
          <button type="button" class="button icon" aria-label={words.zoomIn} onClick={() => mapView.current?.zoomBy(1)}>
            <Icon name="plus" />
          </button>
          <button type="button" class="button icon" aria-label={words.zoomOut} onClick={() => mapView.current?.zoomBy(-1)}>
            <Icon name="minus" />
          </button>
          <button type="button" class="button icon" aria-label={words.fit} title={words.fit} onClick={() => mapView.current?.fitAll()}>
            <Icon name="fit" />
          </button>
        </div>
      )}
      <Legend />
      {base !== null && base !== "failed" && base.attribution && <p class="attribution">{base.attribution}</p>}
    </section>
  );
}

/** Keeps the map in step with the world, the theme and the selection. */
function follow(view: MapView): (() => void)[] {
  return [
    effect(() => view.move(world.value.positions.values())),
    effect(() => {
      void language.value;
      view.show(sceneOf(staff.value, world.value.orders.values(), caregiverName, (o) => serviceName(o.service)));
    }),
    effect(() => {
      void theme.value;
      view.recolour();
    }),
    followSelection(view),
  ];
}

/** Marks what is selected and draws the way of who is coming. */
function followSelection(view: MapView): () => void {
  let asked = "";
  return effect(() => {
    const order = selectedOrder.value;
    const coming = order && order.stage !== "in_service" && order.stage !== "arrived" ? people(order)[0] : undefined;
    const key = `${selected.value?.kind} ${selected.value?.id} ${coming ?? ""}`;
    if (key === asked) return;
    asked = key;
    view.select(selected.value, null);
    const place = order?.place ?? world.peek().positions.get(selected.value?.id ?? "")?.place;
    if (place) view.reveal(place);
    if (!order || !coming) return;
    get<Route>(withQuery(`/api/v1/orders/${encodeURIComponent(order.id)}/route`, { caregiver: coming })).then(
      (route) => {
        if (asked === key) view.select(selected.peek(), route.line);
      },
      () => undefined,
    );
  });
}

function Tip({ hover }: { hover: Hover }) {
  const words = t();
  const order = hover.kind === "order" ? world.value.orders.get(hover.id) : undefined;
  const person = hover.kind === "caregiver" ? staff.value.find((p) => p.id === hover.id) : undefined;
  return (
    <div class="tip" style={{ transform: `translate(${hover.x + 14}px, ${hover.y + 10}px)` }}>
      {order && (
        <>
          <strong>{serviceName(order.service)}</strong> {words.stage[order.stage]} · {words.priority[order.priority]}
          <div class="muted">{people(order).map(caregiverName).join("、")}</div>
        </>
      )}
      {person && (
        <>
          <strong>{caregiverName(person.id)}</strong> {words.state[person.state]}
          <div class="muted">{person.work.map((o) => serviceName(o.service)).join("、")}</div>
        </>
      )}
    </div>
  );
}
