/** Calling for help: two taps, so that a pocket does not call; then what became of it, in words that calm. */
import { useMemo, useState } from "preact/hooks";

import { t } from "../../text/index.ts";
import { newId } from "../../ui/id.ts";
import { calling, raise } from "../state.ts";

export function Help() {
  const words = t();
  const [sure, setSure] = useState(false);
  const incident = calling.value;
  // One call, however often it is tapped, until it is over.
  const command = useMemo(() => newId("sos"), [incident?.id]);
  if (incident) {
    return (
      <section class="help called" role="alert" data-help={incident.stage}>
        <strong>{words.phone.sosSent}</strong>
        <p>{words.alarm.stage[incident.stage]}</p>
      </section>
    );
  }
  if (!sure) {
    return (
      <section class="help">
        <button type="button" class="button danger huge" data-act="help" onClick={() => setSure(true)}>
          {words.elder.help}
        </button>
      </section>
    );
  }
  return (
    <section class="help" role="group" aria-label={words.elder.helpSure}>
      <p>{words.elder.helpSure}</p>
      <button
        type="button"
        class="button danger huge"
        data-act="help-yes"
        onClick={() => {
          void raise(command).then((done) => done && setSure(false));
        }}
      >
        {words.elder.helpYes}
      </button>
      <button type="button" class="button huge" onClick={() => setSure(false)}>
        {words.elder.helpNo}
      </button>
    </section>
  );
}
