/** The desk by keyboard. Single keys act only while nothing is being typed and no dialog is open. */
import { me } from "../app/session.ts";
import type { Order } from "../contract.ts";
import { seesMoney } from "../money/money.tsx";
import { toggleLanguage } from "../text/index.ts";
import { toggleTheme } from "../ui/theme.ts";
import { allowed, type DeskAction } from "./allowed.ts";
import { toggleMute } from "./bell.ts";
import { claimNext } from "./alarms.tsx";
import { handlesAlarms, mayPlace, seesAccounts, seesAudit, seesLetters, utter, utterIncident } from "./commands.ts";
import { mapView } from "./map-panel.tsx";
import { openIncident, panel, queues, selected, selectedIncident, selectedOrder, staff, tab, timeline, wall, world, type Panel } from "./state.ts";

const open = (p: Panel) => () => {
  panel.value = p;
};

function onOrder(action: DeskAction, then: (order: Order) => void): () => void {
  return () => {
    const order = selectedOrder.value;
    if (order && allowed(action, order, me.value?.role)) then(order);
  };
}

function step(by: 1 | -1): void {
  const people = tab.value === "people";
  const ids = people ? staff.value.map((p) => p.id) : queues.value[tab.value as "queue"].map((o) => o.id);
  const at = ids.indexOf(selected.value?.id ?? "");
  const id = ids[at < 0 ? 0 : Math.min(ids.length - 1, Math.max(0, at + by))];
  if (id) selected.value = { kind: people ? "caregiver" : "order", id };
}

export function zoomToSelected(): void {
  const order = selectedOrder.value;
  const s = selected.value;
  const place = order?.place ?? (s?.kind === "caregiver" ? world.value.positions.get(s.id)?.place : undefined);
  mapView.current?.zoomOrReturn(place ?? null);
}

const DESK: Record<string, () => void> = {
  "/": open("search"),
  n: () => {
    if (mayPlace(me.value?.role)) panel.value = "place";
  },
  j: () => step(1),
  k: () => step(-1),
  Enter: () => document.querySelector<HTMLElement>(".drawer h2")?.focus(),
  a: onOrder("assign", open("assign")),
  x: onOrder("cancel", open("cancel")),
  h: onOrder("hand_back", (order) => void utter(order, { action: "hand_back" })),
  r: onOrder("resume", (order) => void utter(order, { action: "resume" })),
  z: zoomToSelected,
  f: () => mapView.current?.fitAll(),
  t: () => {
    timeline.value = !timeline.value;
  },
  p: () => {
    tab.value = tab.value === "people" ? "queue" : "people";
  },
  e: () => {
    if (seesLetters(me.value?.role)) panel.value = "letters";
  },
  i: open("exceptions"),
  u: () => {
    if (seesAccounts(me.value?.role)) panel.value = "accounts";
  },
  y: () => {
    if (seesAudit(me.value?.role)) panel.value = "audit";
  },
  o: () => {
    if (seesMoney(me.value?.role)) panel.value = "money";
  },
  m: toggleMute,
  c: () => void claimNext(),
  v: () => {
    const incident = selectedIncident.value;
    if (incident?.stage === "open" && handlesAlarms(me.value?.role)) void utterIncident(incident, { action: "acknowledge" });
  },
  s: () => {
    if (mayPlace(me.value?.role)) panel.value = "alarm";
  },
};
const BOTH: Record<string, () => void> = {
  w: () => {
    wall.value = !wall.value;
  },
  d: toggleTheme,
  l: toggleLanguage,
  "?": open("help"),
  Escape: () => {
    if (panel.value !== null) panel.value = null;
    else if (wall.value) wall.value = false;
    else if (openIncident.value) openIncident.value = null;
    else selected.value = null;
  },
};

export function listenForKeys(): () => void {
  const press = (event: KeyboardEvent) => {
    const target = event.target as HTMLElement;
    const typing = target.closest("input, textarea, select, dialog") !== null;
    const acting = event.key === "Enter" && target.closest("button, a, summary") !== null;
    if (typing || acting || event.ctrlKey || event.metaKey || event.altKey) return;
    const act = BOTH[event.key] ?? (wall.value ? undefined : DESK[event.key]);
    if (!act || (panel.value !== null && event.key !== "Escape")) return;
    event.preventDefault();
    act();
  };
  addEventListener("keydown", press);
  return () => removeEventListener("keydown", press);
}
