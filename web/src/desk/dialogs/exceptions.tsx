/** Visits whose arrival or identity was an exception, to be looked at one by one. */
import { useMemo } from "preact/hooks";

import { exceptionalVisits } from "../../store/exceptions.ts";
import { t } from "../../text/index.ts";
import { Dialog } from "../../ui/dialog.tsx";
import { caregiverName } from "../names.ts";
import { OrderRow } from "../order-row.tsx";
import { close, world } from "../state.ts";

export function Exceptions() {
  const words = t();
  const orders = world.value.orders;
  const visits = useMemo(() => exceptionalVisits(orders.values()), [orders]);
  return (
    <Dialog title={words.exceptions.title} onClose={() => close("exceptions")}>
      <div class="body" data-testid="exceptions" onClick={(e) => (e.target as HTMLElement).closest(".order-row") && close("exceptions")}>
        <p class="muted">{visits.length === 0 ? words.exceptions.empty : words.exceptions.note}</p>
        {visits.map(({ order, arrivals, byHand }) => (
          <section key={order.id}>
            <OrderRow order={order} />
            <p class="exception-why">
              {arrivals.map((a) => (
                <span key={a.caregiver} class="badge warn">
                  {caregiverName(a.caregiver)} · {words.exception[a.exception]}
                </span>
              ))}{" "}
              {byHand && <span class="badge warn">{words.exceptions.byHand}</span>}
            </p>
          </section>
        ))}
      </div>
    </Dialog>
  );
}
