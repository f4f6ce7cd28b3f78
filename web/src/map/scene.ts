/** What the map shows of the world, as GeoJSON; pure. */
import type { Order, Place, Priority, StageName } from "../contract.ts";
import type { CaregiverState, Person } from "../store/derive.ts";
import { isClosed, rank, seats, visit } from "../store/order.ts";
import { orderImage, personImage } from "./images.ts";

export interface Scene {
  people: { id: string; state: CaregiverState; label: string }[];
  orders: { id: string; place: Place; stage: StageName; priority: Priority; label: string }[];
  /** Who is asked for or coming to which order. */
  links: { caregiver: string; to: Place; kind: "offered" | "coming" }[];
}

export function sceneOf(persons: readonly Person[], orders: Iterable<Order>, name: (id: string) => string, service: (o: Order) => string): Scene {
  const scene: Scene = {
    people: persons.filter((p) => p.state !== "off").map(({ id, state }) => ({ id, state, label: name(id) })),
    orders: [],
    links: [],
  };
  for (const order of orders) {
    if (isClosed(order)) continue;
    scene.orders.push({ id: order.id, place: order.place, stage: order.stage, priority: order.priority, label: service(order) });
    for (const seat of seats(order)) scene.links.push({ caregiver: seat.caregiver, to: order.place, kind: seat.accepted_at ? "coming" : "offered" });
    for (const m of visit(order)?.team ?? []) if (!m.arrived_at) scene.links.push({ caregiver: m.caregiver, to: order.place, kind: "coming" });
  }
  return scene;
}

type Features = GeoJSON.FeatureCollection;
const collect = (features: GeoJSON.Feature[]): Features => ({ type: "FeatureCollection", features });
const point = (place: Place, properties: GeoJSON.GeoJsonProperties): GeoJSON.Feature => ({
  type: "Feature",
  geometry: { type: "Point", coordinates: [place.lon, place.lat] },
  properties,
});

/** Which of two overlapping people lies on top. */
const ABOVE: Record<CaregiverState, number> = { off: 0, break: 1, free: 2, serving: 3, en_route: 4, offered: 5, stale: 6, lost: 7 };

export function peopleFeatures(scene: Scene, where: (id: string) => Place | null): Features {
  const features: GeoJSON.Feature[] = [];
  for (const p of scene.people) {
    const place = where(p.id);
    if (place) features.push(point(place, { id: p.id, image: personImage(p.state), label: p.label, sort: ABOVE[p.state] }));
  }
  return collect(features);
}

export const orderFeatures = (scene: Scene): Features =>
  collect(scene.orders.map((o) => point(o.place, { id: o.id, image: orderImage(o.stage, o.priority), label: o.label, sort: (o.stage === "at_desk" ? 10 : 5) - rank(o.priority) })));

export function linkFeatures(scene: Scene, where: (id: string) => Place | null): Features {
  const features: GeoJSON.Feature[] = [];
  for (const link of scene.links) {
    const from = where(link.caregiver);
    if (from) {
      const coordinates = [[from.lon, from.lat], [link.to.lon, link.to.lat]];
      features.push({ type: "Feature", geometry: { type: "LineString", coordinates }, properties: { kind: link.kind } });
    }
  }
  return collect(features);
}
