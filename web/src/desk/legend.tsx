/** What the shapes mean. */
import type { StageName } from "../contract.ts";
import type { CaregiverState } from "../store/derive.ts";
import { t } from "../text/index.ts";
import { OrderGlyph, PersonGlyph } from "../ui/glyph.tsx";

const STATES: readonly CaregiverState[] = ["free", "offered", "en_route", "serving", "break", "stale", "lost"];
const STAGES: readonly StageName[] = ["at_desk", "waiting", "offered", "accepted", "in_service"];

export function Legend() {
  const words = t();
  return (
    <div class="map-legend" role="note" aria-label={words.map.legend}>
      <ul>
        {STATES.map((state) => (
          <li key={state}>
            <PersonGlyph state={state} /> {words.state[state]}
          </li>
        ))}
      </ul>
      <ul>
        {STAGES.map((stage) => (
          <li key={stage}>
            <OrderGlyph stage={stage} priority="ordinary" /> {words.stage[stage]}
          </li>
        ))}
        <li>
          <OrderGlyph stage="waiting" priority="emergency" /> {words.priority.emergency}
        </li>
        <li>
          <OrderGlyph stage="waiting" priority="urgent" /> {words.priority.urgent}
        </li>
        <li>
          <OrderGlyph stage="waiting" priority="guaranteed" /> {words.priority.guaranteed}
        </li>
      </ul>
    </div>
  );
}
