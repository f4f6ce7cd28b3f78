/** What the centre did not accept, until it has been read. */
import { t } from "../../text/index.ts";
import { dismiss } from "../state.ts";
import type { Entry } from "../sync/outbox.ts";

export const Refusals = ({ entries }: { entries: readonly Entry[] }) => (
  <>
    {entries.map((e) => (
      <div key={e.seq} class="banner danger" role="alert">
        <span class="grow">
          <strong>{t().phone.refusedTitle}</strong> {why(e)}
        </span>
        <button type="button" class="button" onClick={() => void dismiss(e.seq)}>
          {t().phone.dismiss}
        </button>
      </div>
    ))}
  </>
);

/** Why the centre said no and what to do; about a roster in the roster's words. */
function why({ deed, refused }: Entry): string {
  const code = refused?.code ?? "";
  const words = t();
  return (deed.kind === "roster" ? words.roster.problems[code] : undefined) ?? words.problem.codes[code] ?? refused?.detail ?? "";
}
