/** What the community's survey found: the facts that the rules ask about, and nothing else. */
import { t } from "../text/index.ts";

const CATEGORIES = [
  "destitute_scattered",
  "destitute_collective",
  "minimum_living",
  "minimum_living_marginal",
  "low_income",
  "special_care",
  "key_special_care",
  "special_family_planning",
  "alone",
] as const;
const ABILITIES = ["intact", "mild", "moderate", "severe", "complete"] as const;

export function Survey({ onSurvey }: { onSurvey: (found: object) => Promise<boolean> }) {
  const words = t().money.survey;
  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    const form = new FormData(event.currentTarget as HTMLFormElement);
    const text = (name: string) => String(form.get(name) ?? "").trim();
    const maybe = (name: string) => text(name) || null;
    void onSurvey({
      birth_date: text("birth_date"),
      household_registration: text("registration"),
      residence: text("residence"),
      categories: form.getAll("category"),
      ability: maybe("ability"),
      ability_assessed_on: maybe("assessed"),
      handicap_grade: text("handicap") ? Number(text("handicap")) : null,
      long_term_care_insured_since: maybe("insured"),
    });
  };
  const division = { pattern: "[1-9][0-9]{5}", inputMode: "numeric" as const, required: true, class: "input" };
  return (
    <details>
      <summary>{words.title}</summary>
      <form onSubmit={submit} data-testid="survey">
        <div class="pair">
          <label class="field">
            <span>{words.birth}</span>
            <input class="input" name="birth_date" type="date" required />
          </label>
          <label class="field">
            <span>{words.ability}</span>
            <select class="input" name="ability">
              <option value="">{words.notAssessed}</option>
              {ABILITIES.map((a) => (
                <option key={a} value={a}>
                  {t().ability[a]}
                </option>
              ))}
            </select>
          </label>
          <label class="field">
            <span>{words.registration}</span>
            <input name="registration" {...division} />
          </label>
          <label class="field">
            <span>{words.residence}</span>
            <input name="residence" {...division} />
          </label>
          <label class="field">
            <span>{words.assessedOn}</span>
            <input class="input" name="assessed" type="date" />
          </label>
          <label class="field">
            <span>{words.insuredSince}</span>
            <input class="input" name="insured" type="date" />
          </label>
          <label class="field">
            <span>{words.handicap}</span>
            <input class="input" name="handicap" type="number" min="1" max="4" />
          </label>
        </div>
        <fieldset class="choices">
          <legend class="legend">{words.categories}</legend>
          {CATEGORIES.map((c) => (
            <label key={c} class="row">
              <input type="checkbox" name="category" value={c} /> {words.category[c]}
            </label>
          ))}
        </fieldset>
        <button class="button primary">{words.done}</button>
      </form>
    </details>
  );
}
