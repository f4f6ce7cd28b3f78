/** Leave that is asked for and a shift that is offered, on the phone: written down at once, sent as soon as it can be. */
import { useMemo, useState } from "preact/hooks";

import type { Fault } from "../../app/faults.ts";
import type { Span } from "../../kept/contract.ts";
import { LeaveFields, leaveFault, leaveOf } from "../../kept/leave.tsx";
import { said } from "../../kept/standing.ts";
import { t } from "../../text/index.ts";
import { Field } from "../../ui/field.tsx";
import { newId } from "../../ui/id.ts";
import { say } from "../roster.ts";
import { Sheet } from "./sheet.tsx";

interface Props {
  caregiver: string;
  onClose: () => void;
}

export function AskLeave({ caregiver, onClose }: Props) {
  const words = t().roster;
  const leave = useMemo(() => newId("leave"), []);
  const [fault, setFault] = useState<Fault | null>(null);
  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    const asked = leaveOf(new FormData(event.currentTarget as HTMLFormElement), leave);
    const wrong = leaveFault(asked.span);
    setFault(wrong);
    if (wrong) return;
    onClose();
    void say(caregiver, asked);
  };
  return (
    <Sheet title={words.askLeave} onClose={onClose}>
      <form class="verify" onSubmit={submit}>
        <LeaveFields fault={fault} big />
        <button class="button primary huge" data-act="leave-send">
          {words.phone.send}
        </button>
      </form>
    </Sheet>
  );
}

export function OfferSwap({ caregiver, shift, onClose }: Props & { shift: Span }) {
  const words = t().roster;
  const swap = useMemo(() => newId("swap"), []);
  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    const to = String(new FormData(event.currentTarget as HTMLFormElement).get("to") ?? "").trim();
    onClose();
    void say(caregiver, { step: "offer_swap", swap, shift, to });
  };
  return (
    <Sheet title={words.offerSwap} onClose={onClose}>
      <form class="verify" onSubmit={submit}>
        <p>
          <strong>{said(shift)}</strong>
        </p>
        <Field name="to" label={words.toNumber} fault={null} big>
          {(named) => <input {...named} required pattern="[A-Za-z0-9_\-]{1,64}" autocapitalize="off" autocomplete="off" />}
        </Field>
        <button class="button primary huge" data-act="swap-send">
          {words.phone.send}
        </button>
      </form>
    </Sheet>
  );
}
