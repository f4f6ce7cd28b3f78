/** Cancels an order, with the reason. */
import { useState } from "preact/hooks";

import type { CancelReason, Order } from "../../contract.ts";
import { t } from "../../text/index.ts";
import { Dialog } from "../../ui/dialog.tsx";
import { utter } from "../commands.ts";
import { close } from "../state.ts";

const REASONS: readonly CancelReason[] = ["elder_wish", "hospital", "duplicate", "mistake", "no_capacity", "other"];

export function CancelOrder({ order }: { order: Order }) {
  const words = t();
  const [reason, setReason] = useState<CancelReason | null>(null);
  const shut = () => close("cancel");
  const submit = async (event: SubmitEvent) => {
    event.preventDefault();
    if (reason && (await utter(order, { action: "cancel", reason }))) shut();
  };
  return (
    <Dialog title={`${words.act.cancel} · ${words.service[order.service]}`} onClose={shut}>
      <form class="body" onSubmit={submit} data-testid="cancel">
        <fieldset class="choices wrap">
          <legend class="legend">{words.act.reason}</legend>
          {REASONS.map((r) => (
            <button key={r} type="button" class="button" aria-pressed={reason === r} onClick={() => setReason(r)}>
              {words.cancelReason[r]}
            </button>
          ))}
        </fieldset>
        <footer>
          <button type="button" class="button" onClick={shut}>
            {words.app.cancel}
          </button>
          <button class="button danger" disabled={!reason}>
            {words.act.cancel}
          </button>
        </footer>
      </form>
    </Dialog>
  );
}
