/** Devices whose weekly test call was asked for and did not come: whom somebody has to visit or phone. */
import { useEffect, useState } from "preact/hooks";

import { streetName } from "../../app/district.ts";
import type { DeviceListed, Page } from "../../contract.ts";
import { get } from "../../net/http.ts";
import { day, hhmm } from "../../text/format.ts";
import { t } from "../../text/index.ts";
import { Dialog } from "../../ui/dialog.tsx";
import { toastProblem } from "../../ui/toast.tsx";
import { close } from "../state.ts";

export function Trials() {
  const words = t().alarm;
  const [failed, setFailed] = useState<DeviceListed[] | null>(null);
  useEffect(() => void get<Page<DeviceListed>>("/api/v1/devices?failed=true&limit=500").then((page) => setFailed(page.items), toastProblem), []);
  return (
    <Dialog title={words.trials} class="wide" onClose={() => close("trials")}>
      <div class="body" data-testid="trials">
        <p class="muted">{failed?.length === 0 ? words.trialsNone : words.trialsNote}</p>
        <ul class="people">
          {failed?.map(({ device, condition }) => (
            <li key={device.id} data-device={device.id}>
              <strong class="mono">{device.id}</strong> {device.street ? streetName(device.street) : ""} <span class="mono muted">{device.elder}</span>{" "}
              {condition.trial && <span class="muted">{words.trialAsked(`${day(condition.trial.asked_at)} ${hhmm(condition.trial.asked_at)}`)}</span>}
            </li>
          ))}
        </ul>
      </div>
    </Dialog>
  );
}
