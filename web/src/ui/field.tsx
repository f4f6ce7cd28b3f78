/** A form's field with its name and, beside it, what is wrong with it: heard by a screen reader and taken to by the keyboard. */
import type { ComponentChildren } from "preact";
import { useId, useLayoutEffect } from "preact/hooks";

import type { Fault } from "../app/faults.ts";

/** What the field's input has to carry. */
export interface Named {
  id: string;
  name: string;
  class: string;
  "aria-invalid": boolean;
  "aria-describedby"?: string;
}

interface Props {
  name: string;
  label: string;
  fault: Fault | null;
  big?: boolean;
  children: (named: Named) => ComponentChildren;
}

export function Field({ name, label, fault, big, children }: Props) {
  const id = useId();
  const wrong = fault?.field === name ? fault.text : null;
  // In one step with what is shown: nobody, no screen reader either, sees the fault before being at its field.
  useLayoutEffect(() => {
    if (wrong !== null) document.getElementById(id)?.focus();
  }, [fault]);
  const named: Named = { id, name, class: big ? "input big" : "input", "aria-invalid": wrong !== null, ...(wrong !== null && { "aria-describedby": `${id}-fault` }) };
  return (
    <div class="field grow">
      <label class="legend" for={id}>
        {label}
      </label>
      {children(named)}
      {wrong !== null && (
        <strong id={`${id}-fault`} class="fault" data-fault={name}>
          {wrong}
        </strong>
      )}
    </div>
  );
}

/** What is wrong with the whole, said aloud. */
export const WholeFault = ({ fault }: { fault: Fault | null }) => (
  <p class="fault" role="alert" data-fault="">
    {fault?.field === "" ? fault.text : ""}
  </p>
);
