/** Messages a service gave up: what, where from, why. */
import { hhmmss } from "../../text/format.ts";
import { t } from "../../text/index.ts";
import { Dialog } from "../../ui/dialog.tsx";
import { close, world } from "../state.ts";

export function Letters() {
  const words = t();
  const letters = world.value.letters;
  return (
    <Dialog title={words.letters.title} class="wide" onClose={() => close("letters")}>
      <div class="body">
        <p class="muted">{letters.length === 0 ? words.letters.empty : words.letters.note}</p>
        {letters.map((l, i) => (
          <details key={i} class="letter">
            <summary>
              <time class="mono">{hhmmss(l.at)}</time> <strong>{words.services[l.service] ?? l.service}</strong> <span class="badge danger">{l.code}</span>
              <span class="muted"> {l.detail}</span>
            </summary>
            <p class="mono muted">
              {l.subject}
              {l.sequence !== undefined && ` #${l.sequence}`}
            </p>
            <pre>{l.payload}</pre>
          </details>
        ))}
      </div>
    </Dialog>
  );
}
