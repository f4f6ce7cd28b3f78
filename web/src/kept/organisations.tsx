/** Organisations: how each stands, what is due by when, what may be done next. */
import type { Role } from "../contract.ts";
import { t } from "../text/index.ts";
import { organisations } from "./api.ts";
import type { Dated, Organisation } from "./contract.ts";
import { Entries, useKept } from "./entry.tsx";
import { ofOrganisation } from "./steps.ts";

export function OrganisationsRoom({ role }: { role: Role }) {
  const words = t().kept;
  const { known, step } = useKept<Dated<Organisation>>(organisations, "organisations");
  const register = async (event: SubmitEvent) => {
    event.preventDefault();
    const target = event.currentTarget as HTMLFormElement;
    const form = new FormData(target);
    const checks = Object.fromEntries(Object.keys(words.checks).map((name) => [name, form.has(name)]));
    const taken = { step: "register", name: String(form.get("name") ?? ""), checks };
    if (await step(String(form.get("id") ?? ""), taken, "")) target.reset();
  };
  return (
    <>
      {role === "bureau" && (
        <details>
          <summary>{words.choices.register}</summary>
          <form class="row" onSubmit={register}>
            <label class="field">
              <span>{words.number}</span>
              <input class="input" name="id" required pattern="[A-Za-z0-9_\-]{1,64}" />
            </label>
            <label class="field grow">
              <span>{words.name}</span>
              <input class="input" name="name" required maxLength={100} />
            </label>
            {Object.entries(words.checks).map(([name, label]) => (
              <label key={name} class="row">
                <input type="checkbox" name={name} /> {label}
              </label>
            ))}
            <button type="submit" class="button primary">
              {words.choices.register}
            </button>
          </form>
        </details>
      )}
      <Entries
        known={known}
        kind="organisation"
        head={(it) => (
          <>
            {it.name || it.id} <span class="badge">{words.contracts[it.contract.is]}</span> {it.stopped && <span class="badge danger">{t().money.stopped}</span>}{" "}
            {it.designated && <span class="badge accent">{words.designated}</span>}
          </>
        )}
        facts={(it) => [it.id, "term" in it.contract && words.term(it.contract.term.from, it.contract.term.until), it.stars && `${it.stars.year} ${t().kpi.stars(String(it.stars.stars))}`]}
        choices={(it) => ofOrganisation(it, role)}
        onAct={step}
      />
    </>
  );
}
