/** Facilities: how each stands, what is due by when, what may be done next. */
import type { Role } from "../contract.ts";
import { t } from "../text/index.ts";
import { newId } from "../ui/id.ts";
import { facilities } from "./api.ts";
import type { Dated, Facility } from "./contract.ts";
import { Entries, useKept } from "./entry.tsx";
import { ofFacility } from "./steps.ts";

export function FacilitiesRoom({ role }: { role: Role }) {
  const words = t().kept;
  const { known, step } = useKept<Dated<Facility>>(facilities, "facilities");
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
    if (await step(newId("facility"), { step: "apply", building }, "")) target.reset();
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
      <Entries
        known={known}
        kind="facility"
        head={(it) => (
          <>
            {it.building.name} <span class="badge">{words.stages[it.stage.is]}</span> {it.grade && <span class="badge accent">{it.grade.grade}A</span>}{" "}
            {it.proposed !== undefined && <span class="badge warn">{words.proposed(it.proposed)}</span>} {it.rebuilding && <span class="badge warn">{words.rebuilding}</span>}
          </>
        )}
        facts={(it) => [
          it.building.kind,
          `${it.building.square_metres} m²`,
          words.beds(it.building.beds),
          it.operator && `${words.operator} ${it.operator}`,
          it.grade && words.gradeUntil(it.grade.until),
          it.not_before && words.notBefore(it.not_before),
        ]}
        choices={(it) => ofFacility(it, role)}
        onAct={step}
      />
    </>
  );
}
