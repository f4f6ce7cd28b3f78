/** A call comes in: whose number it is, what they may get, and one key to place an order for them. */
import { signal } from "@preact/signals";
import { useEffect, useState } from "preact/hooks";

import type { ElderListed, LiveEvent, Page, Ringing } from "../contract.ts";
import { calls, panel, placingFor } from "../desk/state.ts";
import { Glance } from "../money/glance.tsx";
import { get, withQuery } from "../net/http.ts";
import { hhmm } from "../text/format.ts";
import { t } from "../text/index.ts";

/** The call on the screen; the next takes its place. */
export const ringing = signal<Ringing | null>(null);

/** Takes in what the live stream tells. */
export function hear(events: readonly LiveEvent[]): void {
  for (const event of events) if (event.event === "ringing") ringing.value = event.ringing;
}

calls.add(hear);

export function RingingCard() {
  const call = ringing.value;
  return call && <Card key={call.id} call={call} />;
}

function Card({ call }: { call: Ringing }) {
  const words = t().kept;
  const [elders, setElders] = useState<ElderListed[]>([]);
  useEffect(() => {
    const abort = new AbortController();
    const ask = (id: string) => get<Page<ElderListed>>(withQuery("/api/v1/elders", { q: id }), { signal: abort.signal });
    void Promise.all(call.people.map(ask)).then(
      (pages) => setElders(pages.flatMap((page, at) => page.items.filter((elder) => elder.profile.id === call.people[at]))),
      () => undefined,
    );
    return () => abort.abort();
  }, [call.id]);
  const placeFor = (elder: ElderListed) => {
    placingFor.value = elder;
    panel.value = "place";
    ringing.value = null;
  };
  return (
    <div class="phone-call" role="alertdialog" aria-label={words.ringing} data-call={call.id}>
      <h2>
        {words.ringing} <span class="muted">{[call.line, hhmm(call.at)].filter(Boolean).join(" · ")}</span>
      </h2>
      {elders.length === 0 && <p>{call.people.length === 0 ? words.unknownCaller : call.people.join("、")}</p>}
      {elders.map((elder) => (
        <section key={elder.profile.id} data-elder={elder.profile.id}>
          <h3>
            {elder.name ?? elder.profile.id} <span class="muted mono">{elder.profile.id}</span>
          </h3>
          <Glance elder={elder.profile.id} />
          <button type="button" class="button primary" data-act="place-for" onClick={() => placeFor(elder)}>
            {t().act.place}
          </button>
        </section>
      ))}
      <button type="button" class="button quiet" onClick={() => (ringing.value = null)}>
        {t().app.close}
      </button>
    </div>
  );
}
