/** One person in the list: what they do now, and for how long. */
import { serviceName, streetName } from "../app/district.ts";
import type { Person } from "../store/derive.ts";
import { span } from "../text/format.ts";
import { t } from "../text/index.ts";
import { tick } from "../ui/clock.ts";
import { PersonGlyph } from "../ui/glyph.tsx";
import { caregiverName } from "./names.ts";
import { selected, world } from "./state.ts";

export function PersonRow({ person }: { person: Person }) {
  const profile = world.value.caregivers.get(person.id);
  const presence = world.value.presences.get(person.id);
  const since = person.state === "stale" || person.state === "lost" ? presence?.signal_since : presence?.duty_since;
  const doing = person.work.map((o) => serviceName(o.service)).join("、");
  return (
    <button
      type="button"
      class={`person-row ${person.state}`}
      data-caregiver={person.id}
      aria-current={selected.value?.id === person.id}
      onClick={() => (selected.value = { kind: "caregiver", id: person.id })}
    >
      <PersonGlyph state={person.state} />
      <span class="grow">
        <span class="line">
          <strong>{caregiverName(person.id)}</strong>
          <span class="muted">{t().state[person.state]}</span>
        </span>
        <span class="line muted">{doing || streetName(profile?.street ?? "")}</span>
      </span>
      {since && person.work.length === 0 && <span class="age">{span(tick.value - Date.parse(since))}</span>}
    </button>
  );
}
