/** The desk: figures on top, lists left, map in the middle, the selected right, the day below. */
import { Away } from "./away.tsx";
import { Assign } from "./dialogs/assign.tsx";
import { CancelOrder } from "./dialogs/cancel.tsx";
import { ChangeOrder } from "./dialogs/change.tsx";
import { Help } from "./dialogs/help.tsx";
import { Letters } from "./dialogs/letters.tsx";
import { Place } from "./dialogs/place.tsx";
import { Search } from "./dialogs/search.tsx";
import { CaregiverDrawer } from "./drawer/caregiver.tsx";
import { OrderDrawer } from "./drawer/order.tsx";
import { Gantt } from "./gantt.tsx";
import { Kpis } from "./kpis.tsx";
import { MapPanel } from "./map-panel.tsx";
import { Side } from "./side.tsx";
import { panel, selected, selectedOrder, timeline } from "./state.ts";
import { TopBar } from "./top-bar.tsx";

export function Desk() {
  return (
    <div class="desk">
      <TopBar />
      <Away />
      <Kpis />
      <div class="work">
        <Side />
        <main class="middle">
          <MapPanel />
          {timeline.value && <Gantt />}
        </main>
        <Selected />
      </div>
      <Open />
    </div>
  );
}

function Selected() {
  const s = selected.value;
  if (s?.kind === "caregiver") return <CaregiverDrawer id={s.id} />;
  return selectedOrder.value ? <OrderDrawer order={selectedOrder.value} /> : null;
}

function Open() {
  const order = selectedOrder.value;
  switch (panel.value) {
    case "place":
      return <Place />;
    case "search":
      return <Search />;
    case "letters":
      return <Letters />;
    case "help":
      return <Help />;
    case "assign":
      return order && <Assign order={order} />;
    case "cancel":
      return order && <CancelOrder order={order} />;
    case "change":
      return order && <ChangeOrder order={order} />;
    default:
      return null;
  }
}
