/** Finds orders, elders and caregivers at once; arrows choose, Enter opens. */
import type { ComponentChildren } from "preact";
import { useEffect, useState } from "preact/hooks";

import { serviceName, streetName } from "../../app/district.ts";
import { me } from "../../app/session.ts";
import type { ElderListed, Order, Page } from "../../contract.ts";
import type { Picked } from "../../map/view.ts";
import { get, withQuery } from "../../net/http.ts";
import { hhmm } from "../../text/format.ts";
import { t } from "../../text/index.ts";
import { Dialog } from "../../ui/dialog.tsx";
import { Icon, OrderGlyph, PersonGlyph } from "../../ui/glyph.tsx";
import { mayPlace } from "../commands.ts";
import { caregiverName, elder } from "../names.ts";
import { close, learned, panel, placingFor, selected, staff, world } from "../state.ts";
import { useElders } from "./elder-picker.tsx";

export function Search() {
  const [text, setText] = useState("");
  const q = text.trim();
  const words = t().search;
  const elders = useElders(q);
  const orders = useOrders(q, elders.map((e) => e.profile.id));
  const people = q === "" ? [] : staff.value.filter((p) => p.id.includes(q) || caregiverName(p.id).includes(q)).slice(0, 8);
  const shut = () => close("search");
  const open = (picked: Picked, order?: Order) => {
    if (order) learned(order);
    selected.value = picked;
    shut();
  };
  const placeFor = (elder: ElderListed) => {
    placingFor.value = elder;
    panel.value = "place";
  };
  return (
    <Dialog title={words.hint} onClose={shut}>
      <div class="body search" onKeyDown={walk}>
        <input class="input" type="search" aria-label={words.hint} autofocus value={text} onInput={(e) => setText(e.currentTarget.value)} />
        <Group title={words.orders}>
          {orders.map((o) => (
            <button key={o.id} type="button" data-order={o.id} onClick={() => open({ kind: "order", id: o.id }, o)}>
              <OrderGlyph stage={o.stage} priority={o.priority} />
              <strong>{serviceName(o.service)}</strong> {t().stage[o.stage]}
              <span class="muted grow">
                {elder(o.elder)?.name ?? o.elder} · {streetName(o.street)}
              </span>
              <time class="muted">{hhmm(o.created_at)}</time>
            </button>
          ))}
        </Group>
        <Group title={words.caregivers}>
          {people.map((p) => (
            <button key={p.id} type="button" onClick={() => open({ kind: "caregiver", id: p.id })}>
              <PersonGlyph state={p.state} />
              <strong>{caregiverName(p.id)}</strong> <span class="muted">{t().state[p.state]}</span>
            </button>
          ))}
        </Group>
        <Group title={words.elders}>
          {elders.slice(0, 6).map((e) => (
            <button key={e.profile.id} type="button" data-elder={e.profile.id} disabled={!mayPlace(me.value?.role)} onClick={() => placeFor(e)}>
              <Icon name="plus" />
              <strong>{e.name ?? e.profile.id}</strong> <span class="muted mono">{e.profile.id}</span>
              <span class="muted grow">{streetName(e.profile.street)}</span>
              <span class="muted">{t().act.place}</span>
            </button>
          ))}
        </Group>
        {q !== "" && orders.length + people.length + elders.length === 0 && <p class="muted">{words.empty}</p>}
      </div>
    </Dialog>
  );
}

function Group({ title, children }: { title: string; children: ComponentChildren[] }) {
  if (children.length === 0) return null;
  return (
    <section class="results" aria-label={title}>
      <h3 class="legend">{title}</h3>
      {children}
    </section>
  );
}

/** Orders in view that match, or whose elder matches; the server's own find when there are few. */
function useOrders(q: string, elders: readonly string[]): Order[] {
  const [remote, setRemote] = useState<Order[]>([]);
  useEffect(() => {
    setRemote([]);
    if (q.length < 2) return;
    const stop = new AbortController();
    const timer = setTimeout(() => {
      get<Page<Order>>(withQuery("/api/v1/orders", { q, limit: 8 }), { signal: stop.signal }).then(
        (page) => setRemote(page.items),
        () => undefined,
      );
    }, 250);
    return () => {
      clearTimeout(timer);
      stop.abort();
    };
  }, [q]);
  if (q === "") return [];
  const local = [...world.value.orders.values()].filter((o) => o.id.includes(q) || o.elder.includes(q) || elders.includes(o.elder) || serviceName(o.service).includes(q));
  const all = new Map([...local.slice(0, 12), ...remote].map((o) => [o.id, o]));
  return [...all.values()].slice(0, 12);
}

/** Arrow keys walk through what was found; Enter in the field opens the first. */
function walk(event: KeyboardEvent): void {
  const box = event.currentTarget as HTMLElement;
  const buttons = [...box.querySelectorAll<HTMLElement>(".results button")];
  const at = buttons.indexOf(document.activeElement as HTMLElement);
  if (event.key === "ArrowDown") buttons[Math.min(buttons.length - 1, at + 1)]?.focus();
  else if (event.key === "ArrowUp") (at <= 0 ? box.querySelector("input") : buttons[at - 1])?.focus();
  else if (event.key === "Enter" && at < 0) buttons[0]?.click();
  else return;
  event.preventDefault();
}
