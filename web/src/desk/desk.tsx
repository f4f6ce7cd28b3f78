/** The desk: figures on top, lists left, map in the middle, the selected right, the day below. */
import { me } from "../app/session.ts";
import { Alarms } from "./alarms.tsx";
import { Away } from "./away.tsx";
import { Accounts } from "./dialogs/accounts.tsx";
import { Assign } from "./dialogs/assign.tsx";
import { Audit } from "./dialogs/audit.tsx";
import { CancelOrder } from "./dialogs/cancel.tsx";
import { Raise } from "./dialogs/raise.tsx";
import { ChangeOrder } from "./dialogs/change.tsx";
import { Exceptions } from "./dialogs/exceptions.tsx";
import { Help } from "./dialogs/help.tsx";
import { Letters } from "./dialogs/letters.tsx";
import { Place } from "./dialogs/place.tsx";
import { Search } from "./dialogs/search.tsx";
import { Trials } from "./dialogs/trials.tsx";
import { Meals, seesMeals } from "../meals/meals.tsx";
import { KeptPanel, seesKept } from "../kept/kept.tsx";
import { RingingCard } from "../kept/ringing.tsx";
import { Money, seesMoney } from "../money/money.tsx";
import { seesAccounts, seesAudit } from "./commands.ts";
import { CaregiverDrawer } from "./drawer/caregiver.tsx";
import { IncidentDrawer } from "./drawer/incident.tsx";
import { OrderDrawer } from "./drawer/order.tsx";
import { Gantt } from "./gantt.tsx";
import { Kpis } from "./kpis.tsx";
import { MapPanel } from "./map-panel.tsx";
import { Side } from "./side.tsx";
import { panel, selected, selectedIncident, selectedOrder, timeline } from "./state.ts";
import { TopBar } from "./top-bar.tsx";

export function Desk() {
  return (
    <div class="desk">
      <TopBar />
      <Away />
      <Alarms />
      {me.value?.role !== "organisation" && <Kpis />}
      <div class="work">
        <Side />
        <main class="middle">
          <MapPanel />
          {timeline.value && <Gantt />}
        </main>
        <Selected />
      </div>
      <RingingCard />
      <Open />
    </div>
  );
}

function Selected() {
  const s = selected.value;
  if (selectedIncident.value) return <IncidentDrawer key={selectedIncident.value.id} incident={selectedIncident.value} />;
  if (s?.kind === "caregiver") return <CaregiverDrawer id={s.id} />;
  return selectedOrder.value ? <OrderDrawer order={selectedOrder.value} /> : null;
}

function Open() {
  const order = selectedOrder.value;
  switch (panel.value) {
    case "alarm":
      return <Raise />;
    case "place":
      return <Place />;
    case "search":
      return <Search />;
    case "trials":
      return <Trials />;
    case "letters":
      return <Letters />;
    case "accounts":
      return seesAccounts(me.value?.role) && <Accounts />;
    case "audit":
      return seesAudit(me.value?.role) && <Audit />;
    case "money":
      return me.value && seesMoney(me.value.role) && <Money role={me.value.role} />;
    case "kept":
      return me.value && seesKept(me.value.role) && <KeptPanel role={me.value.role} />;
    case "meals":
      return seesMeals(me.value?.role) && <Meals />;
    case "exceptions":
      return <Exceptions />;
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
