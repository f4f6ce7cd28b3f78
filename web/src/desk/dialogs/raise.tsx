/** Enters an emergency that came without a device, or begins a drill. */
import { useMemo, useState } from "preact/hooks";

import type { AlarmCause, ElderListed, RaiseAlarm } from "../../contract.ts";
import { t } from "../../text/index.ts";
import { Dialog } from "../../ui/dialog.tsx";
import { newId } from "../../ui/id.ts";
import { raise } from "../commands.ts";
import { close, openIncident } from "../state.ts";
import { ElderPicker } from "./elder-picker.tsx";

const CAUSES: readonly AlarmCause[] = ["sos", "fall", "vitals", "smoke", "gas", "wandering", "flood", "unspecified"];

export function Raise() {
  const words = t();
  const command = useMemo(() => newId("alarm"), []);
  const [elder, setElder] = useState<ElderListed | null>(null);
  const [cause, setCause] = useState<AlarmCause>("sos");
  const [drill, setDrill] = useState(false);
  const [busy, setBusy] = useState(false);
  const shut = () => close("alarm");
  const submit = async (event: SubmitEvent) => {
    event.preventDefault();
    const alarm: RaiseAlarm = { cause, drill };
    if (elder) alarm.elder = elder.profile.id;
    setBusy(true);
    const raised = await raise(alarm, command);
    setBusy(false);
    if (raised === null) return;
    shut();
    openIncident.value = raised;
  };
  return (
    <Dialog title={words.alarm.raise} onClose={shut}>
      <form class="body" onSubmit={submit} data-testid="raise">
        <p class="muted">{words.alarm.raiseNote}</p>
        <ElderPicker chosen={elder} onChoose={setElder} />
        <fieldset class="choices wrap">
          <legend class="legend">{words.alarm.raiseCause}</legend>
          {CAUSES.map((c) => (
            <button key={c} type="button" class="button" aria-pressed={cause === c} onClick={() => setCause(c)}>
              {words.alarm.cause[c]}
            </button>
          ))}
        </fieldset>
        <label class="check">
          <input type="checkbox" checked={drill} onChange={(e) => setDrill(e.currentTarget.checked)} /> {words.alarm.raiseDrill}
        </label>
        <footer>
          <button type="button" class="button" onClick={shut}>
            {words.app.cancel}
          </button>
          <button class={`button ${drill ? "" : "danger"}`} disabled={busy}>
            {drill ? words.alarm.drill : words.alarm.raise}
          </button>
        </footer>
      </form>
    </Dialog>
  );
}
