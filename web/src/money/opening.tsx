/** Opens a matter: an application, a complaint, a correction; a violation, a rating. */
import { useState } from "preact/hooks";

import type { Role } from "../contract.ts";
import { t } from "../text/index.ts";
import { newId } from "../ui/id.ts";
import type { Step } from "./contract.ts";

type Kind = "application" | "complaint" | "correction" | "violation" | "rating";
const MAY: Record<Kind, readonly Role[]> = {
  application: ["front_desk", "operator", "supervisor"],
  complaint: ["front_desk", "operator", "supervisor", "bureau"],
  correction: ["front_desk", "operator", "supervisor", "organisation"],
  violation: ["bureau"],
  rating: ["supervisor", "bureau"],
};
/** What each asks for, by the words' names. */
const FIELDS: Record<Kind, readonly ("elder" | "organisation" | "order" | "yuan" | "number" | "by" | "year" | "stars")[]> = {
  application: ["elder"],
  complaint: ["organisation"],
  correction: ["order", "yuan"],
  violation: ["organisation", "number", "by"],
  rating: ["organisation", "year", "stars"],
};
const TYPES: Partial<Record<string, "number" | "date">> = { yuan: "number", number: "number", year: "number", stars: "number", by: "date" };

function step(kind: Kind, text: (name: string) => string): Step {
  const organisation = text("organisation");
  switch (kind) {
    case "application":
      return { step: "apply", elder: text("elder"), applicant: text("applicant"), evidence: ["household_register", "identity_card"] };
    case "complaint":
      return { step: "complain", organisation };
    case "correction":
      return { step: "propose_correction", order: text("order"), change: Math.round(Number(text("yuan")) * 100) };
    case "violation":
      return { step: "notify", organisation, number: Number(text("number")), by: text("by") };
    case "rating":
      return { step: "propose_rating", organisation, year: Number(text("year")), stars: Number(text("stars")) };
  }
}

interface Props {
  role: Role;
  onAct: (matter: string, step: Step, note: string) => Promise<boolean>;
}

export function Opening({ role, onAct }: Props) {
  const words = t().money;
  const [kind, setKind] = useState<Kind | null>(null);
  const kinds = (Object.keys(MAY) as Kind[]).filter((k) => MAY[k].includes(role));
  if (kinds.length === 0) return null;
  const submit = async (event: SubmitEvent) => {
    event.preventDefault();
    if (!kind) return;
    const form = new FormData(event.currentTarget as HTMLFormElement);
    const text = (name: string) => String(form.get(name) ?? "").trim();
    if (await onAct(newId("matter"), step(kind, text), text("note"))) setKind(null);
  };
  return (
    <div>
      <div class="choices" role="group" aria-label={words.open}>
        {kinds.map((k) => (
          <button key={k} type="button" class="button small" aria-pressed={kind === k} data-open={k} onClick={() => setKind(kind === k ? null : k)}>
            {words.opens[k]}
          </button>
        ))}
      </div>
      {kind && (
        <form class="row" onSubmit={submit} data-testid="opening">
          {FIELDS[kind].map((name) => (
            <label key={name} class="field grow">
              <span>{words.fields[name]}</span>
              <Field name={name} />
            </label>
          ))}
          {kind === "application" && (
            <label class="field grow">
              <span>{words.fields.applicant}</span>
              <select class="input" name="applicant">
                {Object.entries(words.applicants).map(([name, label]) => (
                  <option key={name} value={name}>
                    {label}
                  </option>
                ))}
              </select>
            </label>
          )}
          <label class="field grow">
            <span>{words.note}</span>
            <input class="input" name="note" maxLength={500} />
          </label>
          <button class="button primary">{t().act.send}</button>
        </form>
      )}
    </div>
  );
}

function Field({ name }: { name: string }) {
  switch (TYPES[name]) {
    case "number":
      return <input class="input" name={name} type="number" step={name === "yuan" ? "0.01" : "1"} required />;
    case "date":
      return <input class="input" name={name} type="date" required />;
    default:
      return <input class="input" name={name} type="text" required />;
  }
}
