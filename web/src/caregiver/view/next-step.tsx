/** The one large button of a visit. */
import { useState } from "preact/hooks";

import type { ArrivalException, Order, Place, Verification, VerificationMethod } from "../../contract.ts";
import { t } from "../../text/index.ts";
import { metresBetween } from "../geo.ts";
import { openOrder, utter } from "../state.ts";
import { here, location } from "../sync/positions.ts";
import { Sheet } from "./sheet.tsx";
import { stepOf } from "./steps.ts";

const METHODS: readonly VerificationMethod[] = ["face", "fingerprint", "card", "passkey", "telephone", "manual"];
const EXCEPTIONS: readonly ArrivalException[] = ["outside_radius", "no_fix", "location_off", "entered_by_hand"];

export function NextStep({ order, caregiver }: { order: Order; caregiver: string }) {
  const [sheet, setSheet] = useState<"arrive" | "start" | "confirm" | null>(null);
  const words = t().phone;
  const step = stepOf(order, caregiver);
  const close = () => setSheet(null);
  if (step === null) {
    return (
      <button type="button" class="button primary huge" onClick={() => (openOrder.value = null)}>
        {t().app.close}
      </button>
    );
  }
  const waits = step === "start" && order.stage !== "arrived";
  const formed = order.stage !== "waiting" && order.stage !== "offered";
  const place = atDoor(order);
  const act = () => {
    if (step === "depart" || step === "finish") void utter(order.id, { action: step });
    else if (step === "arrive" && place) void utter(order.id, { action: "arrive", place });
    else setSheet(step);
  };
  return (
    <>
      <button type="button" class="button primary huge" data-act={step} disabled={waits || !formed} onClick={act}>
        {waits || !formed ? words.waitMates : words.next[step]}
        {step === "arrive" && <small>{place ? words.atDoor : words.arriveAuto}</small>}
      </button>
      {sheet === "arrive" && (
        <Sheet title={words.arriveWhy} onClose={close}>
          <p class="muted">{words.arriveWhyNote}</p>
          <div class="options">
            {EXCEPTIONS.map((exception) => (
              <button
                key={exception}
                type="button"
                class="button huge"
                data-exception={exception}
                onClick={() => {
                  close();
                  void utter(order.id, { action: "arrive", exception, ...known() });
                }}
              >
                {t().exception[exception]}
              </button>
            ))}
          </div>
        </Sheet>
      )}
      {(sheet === "start" || sheet === "confirm") && (
        <Verify
          title={sheet === "start" ? words.verifyTitle : words.confirmTitle}
          onClose={close}
          onDone={(verification) => {
            close();
            void utter(order.id, { action: sheet, verification });
          }}
        />
      )}
    </>
  );
}

/** The phone's place, if it says that the door is here. */
function atDoor(order: Order): Place | null {
  const at = here.value;
  if (!at || location.value !== "on") return null;
  const near = metresBetween(at, order.place) <= order.arrival_radius;
  return near ? { lon: at.lon, lat: at.lat } : null;
}

const known = (): { place?: Place } => (here.value ? { place: { lon: here.value.lon, lat: here.value.lat } } : {});

function Verify({ title, onClose, onDone }: { title: string; onClose: () => void; onDone: (v: Verification) => void }) {
  const [method, setMethod] = useState<VerificationMethod>("face");
  const [receipt, setReceipt] = useState("");
  const words = t();
  const supervised = method === "telephone" || method === "manual";
  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    const number = receipt.trim();
    onDone(number === "" ? { method } : { method, receipt: number });
  };
  return (
    <Sheet title={title} onClose={onClose}>
      <form class="verify" onSubmit={submit}>
        <div class="options two">
          {METHODS.map((m) => (
            <button key={m} type="button" class="button huge" data-method={m} aria-pressed={method === m} onClick={() => setMethod(m)}>
              {words.method[m]}
            </button>
          ))}
        </div>
        {supervised && <p class="badge warn">{words.phone.supervised}</p>}
        <label class="field">
          <span>
            {words.phone.receipt}（{words.phone.receiptHint}）
          </span>
          <input class="input big" name="receipt" required={!supervised} maxLength={64} autocomplete="off" value={receipt} onInput={(e) => setReceipt(e.currentTarget.value)} />
        </label>
        <button class="button primary huge" data-act="verified">
          {words.app.confirm}
        </button>
      </form>
    </Sheet>
  );
}
