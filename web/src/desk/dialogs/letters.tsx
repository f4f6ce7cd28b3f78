/** Messages a service gave up: what, where from, why; handed to the service once more, or laid aside with a reason. */
import { useState } from "preact/hooks";

import { me } from "../../app/session.ts";
import type { DeadLetter } from "../../contract.ts";
import { get, post } from "../../net/http.ts";
import { hhmmss } from "../../text/format.ts";
import { t } from "../../text/index.ts";
import { Dialog } from "../../ui/dialog.tsx";
import { toast, toastProblem } from "../../ui/toast.tsx";
import { decides } from "../commands.ts";
import { close, settledLetter, world } from "../state.ts";

export function Letters() {
  const words = t();
  const letters = world.value.letters;
  return (
    <Dialog title={words.letters.title} class="wide" onClose={() => close("letters")}>
      <div class="body" data-testid="letters">
        <p class="muted">{letters.length === 0 ? words.letters.empty : words.letters.note}</p>
        {letters.map((l) => (
          <Letter key={l.id} letter={l} />
        ))}
      </div>
    </Dialog>
  );
}

function Letter({ letter: l }: { letter: DeadLetter }) {
  const words = t();
  const [whole, setWhole] = useState<string | null>(null);
  const [reason, setReason] = useState("");
  const [busy, setBusy] = useState(false);
  const path = `/api/v1/dead-letters/${l.id}`;
  const settle = (what: "deliver" | "dismiss", body: object) => {
    setBusy(true);
    post<DeadLetter>(`${path}/${what}`, body)
      .then((settled) => {
        settledLetter(settled);
        toast(words.letters[what === "deliver" ? "delivered" : "dismissed"]);
      }, toastProblem)
      .finally(() => setBusy(false));
  };
  const read = () => void get<{ message: string | null }>(path).then((found) => setWhole(found.message ?? words.letters.gone), toastProblem);
  return (
    <details class="letter" data-letter={l.id}>
      <summary>
        <time class="mono">{hhmmss(l.at)}</time> <strong>{words.services[l.service] ?? l.service}</strong> <span class="badge danger">{words.letters.codes[l.code] ?? l.code}</span>
        <span class="muted"> {l.detail}</span>
      </summary>
      <p class="mono muted">
        {l.subject}
        {l.sequence !== undefined && ` #${l.sequence}`}
      </p>
      <pre>{whole ?? l.payload}</pre>
      {decides(me.value?.role) && (
        <form
          class="letter-act"
          onSubmit={(e) => {
            e.preventDefault();
            settle("dismiss", { reason: reason.trim() });
          }}
        >
          {l.sequence !== undefined && (
            <>
              <button type="button" class="button" onClick={read}>
                {words.letters.whole}
              </button>
              <button type="button" class="button primary" data-act="deliver" disabled={busy} onClick={() => settle("deliver", {})}>
                {words.letters.deliver}
              </button>
            </>
          )}
          <input class="input grow" name="reason" maxLength={200} aria-label={words.letters.reason} placeholder={words.letters.reason} value={reason} onInput={(e) => setReason(e.currentTarget.value)} />
          <button class="button" data-act="dismiss" disabled={busy || reason.trim() === ""}>
            {words.letters.dismiss}
          </button>
        </form>
      )}
    </details>
  );
}
