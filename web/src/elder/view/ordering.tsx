/** Asking for a visit: what, when, what it costs; everything else the centre decides. */
import { useMemo, useState } from "preact/hooks";

import { district, serviceName, standardVisit } from "../../app/district.ts";
import { fromLocal } from "../../desk/dialogs/local-time.ts";
import { WindowFields } from "../../desk/dialogs/place.tsx";
import type { PlaceOrder, ServiceKind } from "../../contract.ts";
import { yuan } from "../../money/api.ts";
import { PriceSplit } from "../../money/glance.tsx";
import { t } from "../../text/index.ts";
import { Dialog } from "../../ui/dialog.tsx";
import { newId } from "../../ui/id.ts";
import { ask } from "../state.ts";

export function Ordering({ elder, onClose }: { elder: string; onClose: () => void }) {
  const words = t();
  const command = useMemo(() => newId("cmd"), []);
  const [service, setService] = useState<ServiceKind | null>(null);
  const [later, setLater] = useState(false);
  const [from, setFrom] = useState("");
  const [selfPay, setSelfPay] = useState<number | null>(null);
  const [busy, setBusy] = useState(false);
  const standard = service && standardVisit(service);
  const submit = async (event: SubmitEvent) => {
    event.preventDefault();
    if (!service) return;
    const form = new FormData(event.currentTarget as HTMLFormElement);
    const order: PlaceOrder = { elder, service, urgency: "normal", family_present: false };
    if (later) order.window = { earliest: fromLocal(String(form.get("from"))), latest: fromLocal(String(form.get("to"))) };
    // The button below names the sum: pressing it is the word for it.
    if (selfPay !== null && selfPay > 0) order.self_pay_up_to = selfPay;
    setBusy(true);
    const done = await ask(order, command);
    setBusy(false);
    if (done) onClose();
  };
  return (
    <Dialog title={words.elder.order} onClose={onClose}>
      <form class="body ordering" onSubmit={submit} data-testid="ordering">
        <fieldset class="choices">
          <legend>{words.elder.what}</legend>
          {(district.value?.services ?? []).map(({ kind }) => (
            <button key={kind} type="button" class="button huge" data-service={kind} aria-pressed={service === kind} onClick={() => setService(kind)}>
              {serviceName(kind)}
            </button>
          ))}
        </fieldset>
        {standard && <p>{words.act.standard(standard.minutes, standard.team_size)}</p>}
        <fieldset class="choices">
          <legend>{words.elder.when}</legend>
          <button type="button" class="button huge" aria-pressed={!later} onClick={() => setLater(false)}>
            {words.act.now}
          </button>
          <button type="button" class="button huge" aria-pressed={later} onClick={() => setLater(true)}>
            {words.elder.later}
          </button>
        </fieldset>
        {later && <WindowFields onFrom={setFrom} />}
        {service && district.value?.accounts && (
          <PriceSplit elder={elder} service={service} payWith="allowance" day={later ? from.slice(0, 10) || undefined : undefined} onSelfPay={setSelfPay} />
        )}
        <footer>
          <button class="button primary huge" data-act="send" disabled={!service || busy}>
            {selfPay !== null && selfPay > 0 ? words.elder.sendPaying(yuan(selfPay)) : words.elder.send}
          </button>
        </footer>
      </form>
    </Dialog>
  );
}
