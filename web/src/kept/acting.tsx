/** The buttons of an entry, with what a step asks for: a term, a grade, an opening, a reason. */
import { useState } from "preact/hooks";

import { t } from "../text/index.ts";
import type { KeptStep } from "./contract.ts";
import type { Choice } from "./steps.ts";

interface Props {
  choices: Choice[];
  onAct: (step: KeptStep, note: string) => Promise<boolean>;
}

export function Acting({ choices, onAct }: Props) {
  const words = t().kept;
  const [asking, setAsking] = useState<Choice | null>(null);
  if (choices.length === 0) return null;
  const submit = async (event: SubmitEvent) => {
    event.preventDefault();
    if (!asking) return;
    const form = new FormData(event.currentTarget as HTMLFormElement);
    const text = (name: string) => String(form.get(name) ?? "").trim();
    if (await onAct({ ...asking.step, ...asked(asking, text) }, text("note"))) setAsking(null);
  };
  return (
    <>
      <div class="row">
        {choices.map((c) => (
          <button key={c.name} type="button" class="button small" data-act={c.name} aria-expanded={c.asks ? asking?.name === c.name : undefined} onClick={() => (c.asks ? setAsking(c) : void onAct(c.step, ""))}>
            {words.choices[c.name] ?? c.name}
          </button>
        ))}
      </div>
      {asking && (
        <form class="row" onSubmit={submit}>
          {asking.asks === "term" && (
            <>
              <Day name="from" label={words.from} />
              <Day name="until" label={words.until} />
            </>
          )}
          {asking.asks === "grade" && (
            <label class="field">
              <span>{words.grade}</span>
              <input class="input" name="grade" type="number" min={asking.name === "review_grade" ? 0 : 1} max={5} required />
            </label>
          )}
          {asking.asks === "opening" && (
            <>
              <label class="field">
                <span>{words.operator}</span>
                <input class="input" name="operator" required />
              </label>
              <Day name="on" label={words.openedOn} />
            </>
          )}
          <label class="field grow">
            <span>{words.note}</span>
            <input class="input" name="note" maxLength={500} required={asking.asks === "note"} />
          </label>
          <button type="submit" class="button primary">
            {words.choices[asking.name] ?? asking.name}
          </button>
          <button type="button" class="button quiet" onClick={() => setAsking(null)}>
            {t().app.close}
          </button>
        </form>
      )}
    </>
  );
}

const Day = ({ name, label }: { name: string; label: string }) => (
  <label class="field">
    <span>{label}</span>
    <input class="input" name={name} type="date" required />
  </label>
);

function asked(choice: Choice, text: (name: string) => string): Record<string, unknown> {
  switch (choice.asks) {
    case "term":
      return { term: { from: text("from"), until: text("until") } };
    case "grade":
      return { grade: Number(text("grade")) };
    case "opening":
      return { operator: text("operator"), on: text("on") };
    default:
      return {};
  }
}
