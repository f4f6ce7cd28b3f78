/** How the line to the centre is; shape, colour and word. */
import { t } from "../text/index.ts";
import { connection } from "./state.ts";

export function ConnectionState() {
  const state = connection.value;
  const good = state === "live" || state === "resumed";
  return (
    <span class={`connection ${state}`} role="status" title={good ? undefined : t().connection.stale}>
      <i aria-hidden="true" />
      {t().connection[state]}
    </span>
  );
}
