/** The shortcuts. */
import { t } from "../../text/index.ts";
import { Dialog } from "../../ui/dialog.tsx";
import { close } from "../state.ts";

export function Help() {
  const words = t().help;
  return (
    <Dialog title={words.title} onClose={() => close("help")}>
      <dl class="body keys">
        {Object.entries(words.keys).map(([key, what]) => (
          <div key={key}>
            <dt>
              <kbd>{key}</kbd>
            </dt>
            <dd>{what}</dd>
          </div>
        ))}
      </dl>
    </Dialog>
  );
}
