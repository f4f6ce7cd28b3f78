/** Gives an order to people by hand: from the matcher's ranking, the nearest by road, or by name; with a reason. */
import { useEffect, useState } from "preact/hooks";

import type { Decision, Leg, Near, Order } from "../../contract.ts";
import { get, withQuery } from "../../net/http.ts";
import { isClosed } from "../../store/order.ts";
import { t } from "../../text/index.ts";
import { Dialog } from "../../ui/dialog.tsx";
import { PersonGlyph } from "../../ui/glyph.tsx";
import { utter } from "../commands.ts";
import { Way } from "../drawer/crew.tsx";
import { caregiverName } from "../names.ts";
import { close, staff } from "../state.ts";

interface Candidate {
  id: string;
  leg: Leg | null;
}
type Source = "ranked" | "nearest" | "search";

export function Assign({ order }: { order: Order }) {
  const words = t();
  const [source, setSource] = useState<Source>("ranked");
  const [text, setText] = useState("");
  const [chosen, setChosen] = useState<readonly string[]>([]);
  const [reason, setReason] = useState("");
  const lists = useCandidates(order);
  const need = order.requirement.team_size;
  const shut = () => close("assign");
  const byName = (): Candidate[] =>
    staff.value
      .filter((p) => p.state !== "off" && (caregiverName(p.id).includes(text.trim()) || p.id.includes(text.trim())))
      .slice(0, 40)
      .map((p) => ({ id: p.id, leg: null }));
  const candidates = source === "search" ? byName() : lists[source];
  const toggle = (id: string) => setChosen(chosen.includes(id) ? chosen.filter((c) => c !== id) : [...chosen, id].slice(-need));
  const submit = async (event: SubmitEvent) => {
    event.preventDefault();
    if (await utter(order, { action: "assign", caregivers: [...chosen], reason })) shut();
  };
  const ready = chosen.length === need && reason.trim() !== "" && !isClosed(order);
  return (
    <Dialog title={`${words.act.assign} · ${words.service[order.service]} · ${words.act.pick(need)}`} onClose={shut}>
      <form class="body" onSubmit={submit} data-testid="assign">
        <fieldset class="choices">
          {(["ranked", "nearest", "search"] as const).map((s) => (
            <button key={s} type="button" class="button" autofocus={s === "ranked"} aria-pressed={source === s} onClick={() => setSource(s)}>
              {words.act[s]}
            </button>
          ))}
        </fieldset>
        {source === "search" && <input class="input" aria-label={words.act.search} placeholder={words.act.search} value={text} autofocus onInput={(e) => setText(e.currentTarget.value)} />}
        <ul class="results pickable">
          {candidates.map((c) => (
            <li key={c.id}>
              <button type="button" aria-pressed={chosen.includes(c.id)} data-caregiver={c.id} onClick={() => toggle(c.id)}>
                <PersonGlyph state={staff.value.find((p) => p.id === c.id)?.state ?? "off"} />
                <strong>{caregiverName(c.id)}</strong>
                <span class="muted grow">{words.state[staff.value.find((p) => p.id === c.id)?.state ?? "off"]}</span>
                {c.leg && <Way leg={c.leg} />}
              </button>
            </li>
          ))}
          {candidates.length === 0 && <li class="muted">{words.search.empty}</li>}
        </ul>
        <label class="field">
          <span>
            {words.act.reason}（{words.act.reasonHint}）
          </span>
          <input class="input" name="reason" required maxLength={500} value={reason} onInput={(e) => setReason(e.currentTarget.value)} />
        </label>
        <footer>
          <button type="button" class="button" onClick={shut}>
            {words.app.cancel}
          </button>
          <button class="button primary" disabled={!ready}>
            {words.act.assign}
          </button>
        </footer>
      </form>
    </Dialog>
  );
}

/** The latest ranking of the matcher, and the nearest by road now. */
function useCandidates(order: Order): Record<"ranked" | "nearest", Candidate[]> {
  const [ranked, setRanked] = useState<Candidate[]>([]);
  const [nearest, setNearest] = useState<Candidate[]>([]);
  useEffect(() => {
    void get<{ items: Decision[] }>(`/api/v1/orders/${encodeURIComponent(order.id)}/decisions`).then(
      ({ items }) => {
        const latest = [...items].sort((a, b) => b.at.localeCompare(a.at)).find((d) => d.ranked.length > 0);
        const legs = new Map<string, Leg | null>();
        for (const r of latest?.ranked ?? []) r.team.forEach((id, i) => legs.has(id) || legs.set(id, r.legs[i] ?? null));
        setRanked([...legs].map(([id, leg]) => ({ id, leg })));
      },
      () => undefined,
    );
    const query = { lon: order.place.lon, lat: order.place.lat, datum: "wgs84", k: 20, within: 10_000, by_road: true };
    void get<{ found: Near[] }>(withQuery("/api/v1/nearest", query)).then(
      ({ found }) => setNearest(found.map((n) => ({ id: n.caregiver, leg: n.leg ?? null }))),
      () => undefined,
    );
  }, [order.id]);
  return { ranked, nearest };
}
