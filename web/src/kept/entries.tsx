/** Organisations and facilities: how each stands, what is due by when, what may be done next. */
import { useEffect, useState } from "preact/hooks";

import type { Role } from "../contract.ts";
import { t } from "../text/index.ts";
import { newId } from "../ui/id.ts";
import { toast, toastProblem } from "../ui/toast.tsx";
import { Acting } from "./acting.tsx";
import { facilities, organisations, take, type About } from "./api.ts";
import type { Dated, Facility, KeptStep, Noted, Organisation } from "./contract.ts";
import { ofFacility, ofOrganisation } from "./steps.ts";

/** Loads a list, and again after each step. */
export function useKept<T>(load: () => Promise<T>, about: About, key: unknown = null) {
  const [known, setKnown] = useState<T | null>(null);
  const again = () => void load().then(setKnown, toastProblem);
  useEffect(again, [key]);
  const act = async (id: string, step: KeptStep, note: string) => {
    try {
      await take(about, id, step, note);
      toast(t().act.sent);
      again();
      return true;
    } catch (error) {
      toastProblem(error);
      return false;
    }
  };
  return { known, act };
}

export function Due({ due, today }: { due: string | undefined; today: string }) {
  const words = t().money;
  if (due === undefined) return null;
  const late = due < today;
  return <span class={`badge ${late ? "danger" : ""}`}>{late ? words.overdue(due) : words.due(due)}</span>;
}

export const Record = ({ record }: { record: Noted[] }) => (
  <details>
    <summary>{t().kept.record(record.length)}</summary>
    <ol class="record">
      {record.map((r, at) => (
        <li key={at}>
          <span class="mono">{r.on}</span> {t().kept.steps[r.step] ?? r.step} · {t().role[r.by.role]} <span class="muted">{r.by.user}</span> {r.note}
        </li>
      ))}
    </ol>
  </details>
);

export function OrganisationsRoom({ role }: { role: Role }) {
  const words = t().kept;
  const { known, act } = useKept<Dated<Organisation>>(organisations, "organisations");
  const register = async (event: SubmitEvent) => {
    event.preventDefault();
    const target = event.currentTarget as HTMLFormElement;
    const form = new FormData(target);
    const checks = Object.fromEntries(Object.keys(words.checks).map((name) => [name, form.has(name)]));
    const step = { step: "register", name: String(form.get("name") ?? ""), checks };
    if (await act(String(form.get("id") ?? ""), step, "")) target.reset();
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
      {known?.items.length === 0 && <p class="muted">{t().money.nothing}</p>}
      <ul class="matters">
        {known?.items.map((it) => (
          <li key={it.id} data-organisation={it.id} class={it.due !== undefined && it.due < known.today ? "overdue" : undefined}>
            <h3>
              {it.name || it.id} <span class="badge">{words.contracts[it.contract.is]}</span>{" "}
              {it.stopped && <span class="badge danger">{t().money.stopped}</span>} {it.designated && <span class="badge accent">{words.designated}</span>} <Due due={it.due} today={known.today} />
            </h3>
            <p>
              {[
                it.id,
                "term" in it.contract && words.term(it.contract.term.from, it.contract.term.until),
                it.stars && `${it.stars.year} ${t().kpi.stars(String(it.stars.stars))}`,
              ]
                .filter(Boolean)
                .join(" · ")}
            </p>
            <Record record={it.record} />
            <Acting choices={ofOrganisation(it, role)} onAct={(step, note) => act(it.id, step, note)} />
          </li>
        ))}
      </ul>
    </>
  );
}

export function FacilitiesRoom({ role }: { role: Role }) {
  const words = t().kept;
  const { known, act } = useKept<Dated<Facility>>(facilities, "facilities");
  const applies = role === "front_desk" || role === "supervisor" || role === "bureau";
  const apply = async (event: SubmitEvent) => {
    event.preventDefault();
    const target = event.currentTarget as HTMLFormElement;
    const form = new FormData(target);
    const text = (name: string) => String(form.get(name) ?? "").trim();
    const building = {
      kind: text("kind"),
      name: text("name"),
      by_community: form.has("by_community"),
      square_metres: Number(text("square_metres")),
      beds: Number(text("beds")),
      ...(text("households") && { households: Number(text("households")) }),
      in_institution: form.has("in_institution"),
    };
    if (await act(newId("facility"), { step: "apply", building }, "")) target.reset();
  };
  return (
    <>
      {known?.holidays_known === false && <p class="badge warn">{words.noHolidays}</p>}
      {applies && (
        <details>
          <summary>{words.choices.apply}</summary>
          <form class="row" onSubmit={apply}>
            {(["kind", "name"] as const).map((name) => (
              <label key={name} class="field grow">
                <span>{words.building[name]}</span>
                <input class="input" name={name} required maxLength={100} />
              </label>
            ))}
            {(["square_metres", "beds", "households"] as const).map((name) => (
              <label key={name} class="field">
                <span>{words.building[name]}</span>
                <input class="input" name={name} type="number" min={0} required={name !== "households"} />
              </label>
            ))}
            {(["by_community", "in_institution"] as const).map((name) => (
              <label key={name} class="row">
                <input type="checkbox" name={name} /> {words.building[name]}
              </label>
            ))}
            <button type="submit" class="button primary">
              {words.choices.apply}
            </button>
          </form>
        </details>
      )}
      {known?.items.length === 0 && <p class="muted">{t().money.nothing}</p>}
      <ul class="matters">
        {known?.items.map((it) => (
          <li key={it.id} data-facility={it.id} class={it.due !== undefined && it.due < known.today ? "overdue" : undefined}>
            <h3>
              {it.building.name} <span class="badge">{words.stages[it.stage.is]}</span> {it.grade && <span class="badge accent">{it.grade.grade}A</span>}{" "}
              {it.proposed !== undefined && <span class="badge warn">{words.proposed(it.proposed)}</span>} {it.rebuilding && <span class="badge warn">{words.rebuilding}</span>} <Due due={it.due} today={known.today} />
            </h3>
            <p>
              {[it.building.kind, `${it.building.square_metres} m²`, words.beds(it.building.beds), it.operator && `${words.operator} ${it.operator}`, it.grade && words.gradeUntil(it.grade.until), it.not_before && words.notBefore(it.not_before)]
                .filter(Boolean)
                .join(" · ")}
            </p>
            <Record record={it.record} />
            <Acting choices={ofFacility(it, role)} onAct={(step, note) => act(it.id, step, note)} />
          </li>
        ))}
      </ul>
    </>
  );
}
