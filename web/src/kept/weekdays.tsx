/** Which days of the week, as a group of boxes under one name. */
import { useId } from "preact/hooks";

import type { Fault } from "../app/faults.ts";
import { t } from "../text/index.ts";
import { WEEKDAYS, type Weekday } from "./contract.ts";

export function Weekdays({ chosen, fault }: { chosen: readonly Weekday[]; fault: Fault | null }) {
  const id = useId();
  const words = t();
  const wrong = fault?.field === "weekday" ? fault.text : null;
  return (
    <fieldset class="choices" {...(wrong !== null && { "aria-describedby": id })}>
      <legend class="legend">{words.roster.weekdays}</legend>
      {WEEKDAYS.map((day) => (
        <label key={day} class="row">
          <input type="checkbox" name="weekday" value={day} defaultChecked={chosen.includes(day)} /> {words.kept.weekdays[day]}
        </label>
      ))}
      {wrong !== null && (
        <strong id={id} class="fault" role="alert" data-fault="weekday">
          {wrong}
        </strong>
      )}
    </fieldset>
  );
}
