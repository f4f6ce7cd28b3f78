/** What happened to the order, latest first: when, what, by whom. */
import type { Order } from "../../contract.ts";
import { happening, isTrouble } from "../../text/describe.ts";
import { hhmmss } from "../../text/format.ts";
import { t } from "../../text/index.ts";
import { caregiverName } from "../names.ts";

export function Timeline({ order }: { order: Order }) {
  const words = t();
  return (
    <section>
      <h3>{words.drawer.timeline}</h3>
      <ol class="timeline">
        {order.timeline
          .map((e, i) => (
            <li key={i} class={isTrouble(e) ? "trouble" : ""}>
              <time>{hhmmss(e.occurred_at ?? e.at)}</time>
              <div>
                {happening(e, caregiverName)}
                <div class="muted">
                  {words.role[e.by.role]}
                  {e.by.user && ` ${e.by.role === "caregiver" ? caregiverName(e.by.user) : e.by.user}`}
                  {e.occurred_at && ` · ${words.app.phone} → ${hhmmss(e.at)}`}
                </div>
              </div>
            </li>
          ))
          .reverse()}
      </ol>
    </section>
  );
}
