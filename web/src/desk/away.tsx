/** Says which services are away and what is missing meanwhile: never degraded in silence. */
import { t } from "../text/index.ts";
import { hhmm } from "../text/format.ts";
import { world } from "./state.ts";

export function Away() {
  const away = [...world.value.services.values()].filter((s) => !s.up);
  if (away.length === 0) return null;
  const words = t();
  return (
    <div class="away" role="alert">
      {away.map((s) => (
        <span key={s.service}>
          <strong>{words.away.banner(words.services[s.service] ?? s.service)}</strong> {words.away.since(hhmm(s.since))}
          {s.note && ` · ${s.note}`}
        </span>
      ))}
    </div>
  );
}
